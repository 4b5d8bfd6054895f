import assert from "node:assert/strict";
import fc from "fast-check";
import type { Progress } from "../envoy_cp/acknowledgements.ts";
import { mergedProgress, type ReplicaProgress } from "./merged_progress.ts";

const none: Progress = { kind: "no-envoy" };
const done: Progress = { kind: "programmed", connected: 1, silent: [] };
const waiting: Progress = { kind: "waiting", acknowledged: 0, connected: 1 };
const refused: Progress = { kind: "rejected", message: "no" };

function other(progress: Progress | undefined, connected = 1): ReplicaProgress {
  return { replica: "b", progress, connected };
}

const cases: [what: string, Parameters<typeof mergedProgress>, Progress][] = [
  ["alone, a manager's own Envoys decide", [done, [], false], done],
  ["nobody has an Envoy", [none, [other(none, 0)], false], none],
  ["only another manager has an Envoy", [none, [other(done)], false], done],
  ["another manager's Envoy is waited for", [done, [other(waiting)], false], {
    kind: "waiting",
    acknowledged: 1,
    connected: 2,
  }],
  ["all have it", [done, [other(done)], false], {
    kind: "programmed",
    connected: 2,
    silent: [],
  }],
  ["one refusal decides", [done, [other(done), other(refused)], false], refused],
  ["a manager that has said nothing yet is waited for", [done, [other(undefined)], false], {
    kind: "waiting",
    acknowledged: 1,
    connected: 2,
  }],
  ["a manager without Envoys is not waited for", [done, [other(undefined, 0)], false], done],
  ["a manager that says nothing is given up, and named", [done, [other(undefined)], true], {
    kind: "programmed",
    connected: 2,
    silent: ["an Envoy of the manager at b"],
  }],
  ["another manager's Envoy that does not answer is given up, and named", [
    done,
    [other(waiting)],
    true,
  ], { kind: "programmed", connected: 2, silent: ["an Envoy of the manager at b"] }],
  ["our Envoy that was given up keeps nobody waiting that another manager's has accepted", [
    { ...waiting, silent: ["a"] },
    [other(done)],
    false,
  ], { kind: "programmed", connected: 2, silent: ["a"] }],
  ["silence everywhere programs nothing", [{ ...waiting, silent: ["a"] }, [other(waiting)], true], {
    kind: "waiting",
    acknowledged: 0,
    connected: 2,
  }],
  ["silence alone programs nothing", [none, [other(undefined)], true], {
    kind: "waiting",
    acknowledged: 0,
    connected: 1,
  }],
];

for (const [what, input, expected] of cases) {
  Deno.test(what, () => assert.deepEqual(mergedProgress(...input), expected));
}

Deno.test("as many are acknowledged and silent as are connected, or fewer while it waits", () => {
  const part = fc.constantFrom(none, done, waiting, undefined);
  fc.assert(fc.property(
    fc.constantFrom(none, done, waiting),
    fc.array(fc.tuple(part, fc.nat(3))),
    fc.boolean(),
    (own, parts, overdue) => {
      const others = parts.map(([progress, connected]) => other(progress, connected));
      const merged = mergedProgress(own, others, overdue);
      if (merged.kind === "waiting") assert.ok(merged.acknowledged <= merged.connected);
      if (merged.kind === "programmed") assert.ok(merged.silent.length < merged.connected);
    },
  ));
});
