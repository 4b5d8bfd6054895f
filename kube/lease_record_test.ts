import assert from "node:assert/strict";
import { claimedLease, heldByOther, observeLease, releasedLease } from "./lease_record.ts";

const spec = {
  holderIdentity: "other",
  leaseDurationSeconds: 15,
  acquireTime: "2020-01-01T00:00:00.000000Z",
  renewTime: "2020-01-01T00:00:00.000000Z",
  leaseTransitions: 3,
};
const now = Date.UTC(2026, 0, 1);
const time = "2026-01-01T00:00:00.000000Z";

Deno.test("a Lease is held for its duration after it was seen to change", () => {
  const seen = observeLease(undefined, spec, 1000);
  assert(heldByOther(seen, "me", 15_999));
  assert(!heldByOther(seen, "me", 16_000));
});

Deno.test("times inside the Lease do not count: clocks differ", () => {
  const renewedLongAgo = observeLease(undefined, spec, 1000);
  assert(heldByOther(renewedLongAgo, "me", 1001));
});

Deno.test("seeing the same content again does not prolong it, seeing new content does", () => {
  const first = observeLease(undefined, spec, 1000);
  const same = observeLease(first, { ...spec }, 9000);
  assert.equal(same.at, 1000);
  const renewed = observeLease(same, { ...spec, renewTime: "2020-01-01T00:00:02.000000Z" }, 9000);
  assert.equal(renewed.at, 9000);
});

Deno.test("nobody's Lease and our own are not held by another", () => {
  assert(!heldByOther({ spec: { ...spec, holderIdentity: "" }, at: 0 }, "me", 1));
  assert(!heldByOther({ spec, at: 0 }, "other", 1));
  assert(!heldByOther({ spec: {}, at: 0 }, "me", 1));
});

Deno.test("taking over counts a transition and begins a term", () => {
  assert.deepEqual(claimedLease(spec, { identity: "me", durationSeconds: 15, now }), {
    holderIdentity: "me",
    leaseDurationSeconds: 15,
    acquireTime: time,
    renewTime: time,
    leaseTransitions: 4,
  });
});

Deno.test("renewing keeps the beginning of the term", () => {
  const renewed = claimedLease(spec, { identity: "other", durationSeconds: 15, now });
  assert.equal(renewed.acquireTime, spec.acquireTime);
  assert.equal(renewed.renewTime, time);
  assert.equal(renewed.leaseTransitions, 3);
});

Deno.test("the first holder is no transition", () => {
  const first = claimedLease(undefined, { identity: "me", durationSeconds: 15, now });
  assert.equal(first.leaseTransitions, 0);
});

Deno.test("a released Lease can be taken at once", () => {
  const released = releasedLease(spec, now);
  assert.equal(released.holderIdentity, "");
  assert.equal(released.leaseDurationSeconds, 1);
  assert.equal(released.leaseTransitions, 3);
  assert(!heldByOther({ spec: released, at: 0 }, "me", 0));
});
