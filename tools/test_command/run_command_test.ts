import assert from "node:assert/strict";
import { runCommand } from "./run_command.ts";

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

Deno.test("a command that takes too long is killed", async () => {
  const result = await runCommand("sh", ["-c", "echo begun; sleep 100"], { limit: 200 });
  assert.equal(result.ok, false);
  assert.match(result.output, /begun\n\nkilled: not finished after 0.2 s/);
});
