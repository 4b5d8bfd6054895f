import assert from "node:assert/strict";
import type { Condition } from "../meta/v1.ts";
import { findCondition, isConditionTrue, setCondition } from "./conditions.ts";

const then = "2026-01-31T12:00:00Z";
const now = new Date("2026-02-01T08:30:00.123Z");
const ready: Condition = {
  type: "Ready",
  status: "True",
  observedGeneration: 1,
  reason: "Ready",
  message: "",
  lastTransitionTime: then,
};
const synced: Condition = { ...ready, type: "Synced" };

function withoutTime({ lastTransitionTime: _, ...condition }: Condition) {
  return condition;
}

Deno.test("a new condition is appended, with whole seconds", () => {
  assert.deepEqual(setCondition(undefined, withoutTime(ready), now), [
    { ...ready, lastTransitionTime: "2026-02-01T08:30:00Z" },
  ]);
  assert.deepEqual(setCondition([synced], withoutTime(ready), now).map(({ type }) => type), [
    "Synced",
    "Ready",
  ]);
});

Deno.test("the time of transition stays as long as the status does", () => {
  const next = { ...withoutTime(ready), reason: "Reconciled", observedGeneration: 2 };
  assert.deepEqual(setCondition([ready, synced], next, now), [
    { ...next, lastTransitionTime: then },
    synced,
  ]);
});

Deno.test("a changed status is a transition", () => {
  const [changed] = setCondition([ready], { ...withoutTime(ready), status: "False" }, now);
  assert.equal(changed?.lastTransitionTime, "2026-02-01T08:30:00Z");
});

Deno.test("the very same list says that nothing changed", () => {
  const conditions = [ready, synced];
  assert.equal(setCondition(conditions, withoutTime(ready), now), conditions);
});

Deno.test("an absent condition is not True", () => {
  assert.equal(isConditionTrue([ready], "Ready"), true);
  assert.equal(isConditionTrue([{ ...ready, status: "Unknown" }], "Ready"), false);
  assert.equal(isConditionTrue(undefined, "Ready"), false);
  assert.equal(findCondition([ready], "Synced"), undefined);
});

Deno.test("a message of any length is written, with its beginning and its end", () => {
  const message = `spec.ports[0] ${"🐝x".repeat(50_000)} the cause`;
  const conditions = setCondition(undefined, { ...withoutTime(ready), message }, now);
  const written = conditions[0]!.message;
  assert.match(written, /^spec\.ports\[0\] .+ … .+ the cause$/u);
  assert.ok([...written].length <= 2_049, `${[...written].length} characters`);
  assert.ok(written.isWellFormed());
  // The next look at the same object finds nothing to write.
  assert.equal(setCondition(conditions, { ...withoutTime(ready), message }, now), conditions);
});
