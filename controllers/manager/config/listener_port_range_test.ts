import assert from "node:assert/strict";
import { listenerPortRange } from "./listener_port_range.ts";

const flag = { first: 10_000, last: 29_999 };
const before = { first: 20_000, last: 20_999 };

function rangeOf(portRange?: string) {
  const config = portRange === undefined ? {} : { envoyProxy: { portRange } };
  return listenerPortRange(config, flag, before);
}

Deno.test("the Config's range counts, without one that of the flag", () => {
  assert.deepEqual(rangeOf("12000-12999"), {
    range: { first: 12_000, last: 12_999 },
    problems: [],
  });
  assert.deepEqual(rangeOf(), { range: flag, problems: [] });
});

Deno.test("a range that is none is reported, and what was in force stays", () => {
  for (const bad of ["2-1", "0-5", "1-65536", "ten", ""]) {
    const { range, problems } = rangeOf(bad);
    assert.deepEqual(range, before);
    assert.equal(problems[0]?.field, "spec.envoyProxy.portRange");
    assert.match(
      problems[0]?.message ?? "",
      /is not first-last in ascending order.*20000-20999 stays in force/,
    );
  }
});
