import assert from "node:assert/strict";
import { Sandbox } from "../process/sandbox.ts";
import { runIntegrationFile } from "./integration_file.ts";

Deno.test("a process that outlives the tests is a failure, and is ended", async () => {
  await using sandbox = await Sandbox.create("unit");
  await sandbox.write(
    "leaves_test.ts",
    `Deno.test("leaves", () => {
      const args = ["-c", "sleep 123 >/dev/null 2>&1 &"];
      // A sandbox of its own: the one around the test run does not find it.
      const env = { KUBELB_SANDBOX: "another" };
      new Deno.Command("sh", { args, env }).outputSync();
    });`,
  );
  const outcome = await runIntegrationFile("leaves_test.ts", sandbox.folder);
  assert.equal(outcome.passed, 1);
  assert.equal(outcome.failed, 1);
  assert.match(outcome.output, /leaves_test.ts left a process behind: sleep 123/);
});
