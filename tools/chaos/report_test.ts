import assert from "node:assert/strict";
import { describeBefore, isClean, lastLine } from "./report.ts";

Deno.test("the last line has the four figures in the words that programs look for", () => {
  const verdict = { requests: 1200, lost: 0, moved: 0, leftOver: 0 };
  assert.equal(lastLine(verdict), "requests 1200, lost 0, ports moved 0, left over 0");
  assert.ok(isClean(verdict));
  for (const figure of ["lost", "moved", "leftOver"]) {
    assert.ok(!isClean({ ...verdict, [figure]: 1 }), figure);
  }
});

Deno.test("a lost request is told with the incident before it", () => {
  const incidents = [{ at: 100, what: "kill of Envoy" }, { at: 500, what: "kill of the CCM" }];
  assert.equal(describeBefore(incidents, 450), "350 ms after kill of Envoy");
  assert.equal(describeBefore(incidents, 50), "before any kill");
});
