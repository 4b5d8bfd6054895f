import assert from "node:assert/strict";
import { Listeners } from "../../../base/listeners.ts";
import { leaderAnnotations, leadershipOf } from "./leadership.ts";

function addressSeen(holder: string | undefined, annotations: Record<string, string>) {
  const observations = new Listeners<void>();
  return leadershipOf({ holder, annotations, observations }, "me").address();
}

Deno.test("the leader's address is read where it was written", () => {
  assert.equal(addressSeen("other", leaderAnnotations("other", "10.0.0.1:8001")), "10.0.0.1:8001");
});

Deno.test("who leads itself, or sees nobody lead, has nobody to report to", () => {
  assert.equal(addressSeen("me", leaderAnnotations("me", "10.0.0.1:8001")), undefined);
  assert.equal(addressSeen(undefined, leaderAnnotations("other", "10.0.0.1:8001")), undefined);
});

Deno.test("the address of an earlier leader is not taken for that of an upstream one", () => {
  assert.equal(addressSeen("upstream", leaderAnnotations("other", "10.0.0.1:8001")), undefined);
  assert.equal(addressSeen("upstream", {}), undefined);
});
