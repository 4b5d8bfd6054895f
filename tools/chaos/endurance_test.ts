import assert from "node:assert/strict";
import { metricValue } from "./endurance.ts";

Deno.test("a metric is found by its whole name, and one that is missing is an error", () => {
  const text = "# TYPE closed counter\nnot_closed 7\nclosed 12\nclosed_more 3\n";
  assert.equal(metricValue(text, "closed"), 12);
  assert.throws(() => metricValue(text, "open"), /no metric open/);
});
