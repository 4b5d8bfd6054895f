import assert from "node:assert/strict";
import { join } from "node:path";
import { FakeClock } from "../../base/fake_clock.ts";
import { eventually } from "../process/eventually.ts";
import { Sandbox } from "../process/sandbox.ts";
import { type CommandResult, runCommand, runDeno } from "./run_command.ts";

Deno.test("output and verdict of a command are returned", async () => {
  assert.deepEqual(await runCommand("sh", ["-c", "echo out; echo err >&2"]), {
    ok: true,
    output: "out\nerr\n",
  });
  assert.deepEqual(await runCommand("sh", ["-c", "exit 3"]), { ok: false, output: "" });
});

Deno.test("a command that does not exist fails and says so", async () => {
  const { ok, output } = await runCommand("no-such-command", []);
  assert.equal(ok, false);
  assert.match(output, /no-such-command/);
});

const limit = 60_000;
const farewell = 10;

/** Lets `time` pass once a command has made the file `begun`. */
async function runOut(
  running: Promise<CommandResult>,
  begun: string,
  clock: FakeClock,
  time = limit,
): Promise<CommandResult> {
  await eventually(async () => clock.pending > 0 && await exists(begun), {
    describe: "the command to begin",
  });
  await clock.advance(time);
  return await running;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

Deno.test("a command that takes too long may say why", async () => {
  await using sandbox = await Sandbox.create("slow");
  const begun = join(sandbox.folder, "begun");
  const script = "trap 'echo waiting for Godot; exit 1' INT; touch $0; sleep 100000 & wait";
  const clock = new FakeClock();
  const running = runCommand("sh", ["-c", script, begun], { limit, clock });
  const { ok, output } = await runOut(running, begun, clock);
  assert.equal(ok, false);
  assert.match(output, /waiting for Godot\n\nkilled: not finished after 60 s/);
});

Deno.test("a command that takes too long, and does not end when it is told to, is killed", async () => {
  await using sandbox = await Sandbox.create("stubborn");
  const begun = join(sandbox.folder, "begun");
  const script = "trap '' INT; echo begun; touch $0; exec sleep 100000";
  const clock = new FakeClock();
  const running = runCommand("sh", ["-c", script, begun], { limit, farewell, clock });
  const { ok, output } = await runOut(running, begun, clock, limit + farewell);
  assert.equal(ok, false);
  assert.match(output, /begun\n\nkilled: not finished after 60 s/);
});

Deno.test("of a test run that takes too long the tests are told that did not end", async () => {
  await using sandbox = await Sandbox.create("hang");
  const begun = join(sandbox.folder, "begun");
  const file = await sandbox.write(
    "hang_test.ts",
    `Deno.test("never ends", async () => {
      setInterval(() => {}, 1000);
      Deno.writeTextFileSync(${JSON.stringify(begun)}, "");
      await new Promise(() => {});
    });`,
  );
  const clock = new FakeClock();
  const args = ["test", "--no-config", "--no-check", "--allow-write", file];
  const { ok, output } = await runOut(runDeno(args, { limit, clock }), begun, clock);
  assert.equal(ok, false);
  assert.match(output, /pending:\n\nnever ends => /);
});
