import assert from "node:assert/strict";
import { markedProcesses } from "./marked_processes.ts";
import { Sandbox } from "./sandbox.ts";
import { eventually } from "./eventually.ts";

Deno.test("a process and its descendants are found by what they inherit", async () => {
  await using sandbox = await Sandbox.create("unit");
  const value = crypto.randomUUID();
  await sandbox.start({
    name: "family",
    command: "sh",
    args: ["-c", "sleep 100 & sleep 100"],
    env: { KUBELB_UNIT_TEST: value },
  });
  await eventually(async () => {
    const found = await markedProcesses("KUBELB_UNIT_TEST", value);
    assert.equal(found.filter(({ command }) => command === "sleep 100").length, 2);
    return true;
  });
  assert.deepEqual(await markedProcesses("KUBELB_UNIT_TEST", "another"), []);
});
