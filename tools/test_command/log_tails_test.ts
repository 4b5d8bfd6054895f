import assert from "node:assert/strict";
import { Sandbox } from "../process/sandbox.ts";
import { logTails } from "./log_tails.ts";

Deno.test("the ends of saved logs are shown under their names, our programs' last", async () => {
  await using sandbox = await Sandbox.create("unit");
  const lines = Array.from({ length: 100 }, (_, index) => `line ${index}`);
  await sandbox.write("a/manager-manager.log", lines.join("\n") + "\n");
  await sandbox.write("b/hub-etcd.log", lines.join("\n"));
  await sandbox.write("b/hub-kube-apiserver.log", "");
  assert.deepEqual((await logTails(sandbox.folder)).split("\n"), [
    "--- end of hub-etcd.log ---",
    ...lines.slice(-8),
    "--- end of manager-manager.log ---",
    ...lines.slice(-60),
  ]);
});
