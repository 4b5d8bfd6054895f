import assert from "node:assert/strict";
import { faultReport } from "./fault_report.ts";

Deno.test("rows of several files become one table, by subject", async () => {
  const folder = await Deno.makeTempDir();
  try {
    assert.deepEqual(await faultReport(folder), []);
    await Deno.writeTextFile(`${folder}/w.tsv`, "watch\tcut\t12\t80 ms\nwatch\tend\t1\t9 ms\n");
    await Deno.writeTextFile(`${folder}/l.tsv`, "lease\tstall\t3\t1200 ms\n");
    assert.deepEqual(await faultReport(folder), [
      "faults injected and survived:",
      "  subject  fault  times  recovered in",
      "  lease    stall  3      1200 ms",
      "  watch    cut    12     80 ms",
      "  watch    end    1      9 ms",
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
