import assert from "node:assert/strict";
import { Sandbox } from "../process/sandbox.ts";
import { runCommand, runDeno } from "./run_command.ts";

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

Deno.test("a command that takes too long may say why, and is killed when it does not end", async () => {
  const speak = "trap 'echo waiting for Godot; exit 1' INT; sleep 100 & wait";
  const spoken = await runCommand("sh", ["-c", speak], { limit: 200 });
  assert.equal(spoken.ok, false);
  assert.match(spoken.output, /waiting for Godot\n\nkilled: not finished after 0.2 s/);
  const stay = "trap '' INT; echo begun; sleep 100";
  const killed = await runCommand("sh", ["-c", stay], { limit: 200, farewell: 100 });
  assert.equal(killed.ok, false);
  assert.match(killed.output, /begun\n\nkilled: not finished after 0.2 s/);
});

Deno.test("of a test run that takes too long the tests are told that did not end", async () => {
  await using sandbox = await Sandbox.create("hang");
  const file = await sandbox.write(
    "hang_test.ts",
    `Deno.test("never ends", async () => {
      setInterval(() => {}, 1000);
      await new Promise(() => {});
    });`,
  );
  const { ok, output } = await runDeno(["test", "--no-config", "--no-check", file], {
    limit: 5_000,
  });
  assert.equal(ok, false);
  assert.match(output, /pending:\n\nnever ends => /);
});
