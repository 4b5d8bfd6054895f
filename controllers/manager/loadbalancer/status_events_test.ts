import assert from "node:assert/strict";
import type { Condition } from "../../../apis/meta/v1.ts";
import { statusEvents } from "./status_events.ts";

function condition(type: string, status: "True" | "False", reason: string): Condition {
  return { type, status, reason, message: "m", lastTransitionTime: "" };
}

Deno.test("a condition that becomes false is a warning, once", () => {
  const bad = [condition("Accepted", "False", "Invalid")];
  assert.deepEqual(statusEvents([], bad), [{ type: "Warning", reason: "Invalid", message: "m" }]);
  assert.deepEqual(statusEvents(bad, bad), []);
  assert.equal(statusEvents(bad, [condition("Accepted", "False", "PortConflict")]).length, 1);
});

Deno.test("what two conditions say is one event", () => {
  const bad = ["Accepted", "Programmed"].map((type) => condition(type, "False", "TooManyPorts"));
  assert.equal(statusEvents([], bad).length, 1);
});

Deno.test("waiting for an address and getting one are no events", () => {
  const waiting = [condition("AddressAssigned", "False", "Pending")];
  assert.deepEqual(statusEvents([], waiting), []);
  assert.deepEqual(statusEvents(waiting, [condition("AddressAssigned", "True", "Assigned")]), []);
});

Deno.test("conditions that merely recover say nothing", () => {
  const before = [condition("ResourcesResolved", "False", "AddressesNotFound")];
  assert.deepEqual(statusEvents(before, [condition("ResourcesResolved", "True", "Resolved")]), []);
});

Deno.test("a port conflict is bad while it is there", () => {
  const there = [condition("PortConflict", "True", "PortConflict")];
  assert.equal(statusEvents([], there)[0]?.reason, "PortConflict");
  assert.deepEqual(statusEvents(there, [condition("PortConflict", "False", "PortReassigned")]), []);
});
