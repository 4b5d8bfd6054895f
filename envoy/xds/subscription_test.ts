import assert from "node:assert/strict";
import { Subscription } from "./subscription.ts";

function wanted(subscription: Subscription): string[] {
  return [...(subscription.wildcard ? ["*"] : []), ...subscription.names];
}

/** Envoy's protocol document, "How the client specifies what resources to return". */
Deno.test("the protocol document's sequence, state of the world", () => {
  const subscription = new Subscription(true);
  subscription.replace([]);
  assert.deepEqual(wanted(subscription), ["*"], "a subscription to *");
  subscription.replace(["*", "A"]);
  assert.deepEqual(wanted(subscription), ["*", "A"], "continuing * and adding A");
  subscription.replace(["A"]);
  assert.deepEqual(wanted(subscription), ["A"], "unsubscribing from *");
  subscription.replace([]);
  assert.deepEqual(wanted(subscription), [], "unsubscribing from A: not a wildcard any more");
});

Deno.test("the protocol document's sequence, delta", () => {
  const subscription = new Subscription(true);
  subscription.change([], []);
  assert.deepEqual(wanted(subscription), ["*"], "a subscription to *");
  subscription.change(["A"], []);
  assert.deepEqual(wanted(subscription), ["*", "A"], "continuing * and adding A");
  subscription.change([], ["*"]);
  assert.deepEqual(wanted(subscription), ["A"], "unsubscribing from *");
  subscription.change([], ["A"]);
  assert.deepEqual(wanted(subscription), [], "unsubscribing from A: not a wildcard any more");
});

Deno.test("acknowledgements, which name nothing, leave a legacy wildcard as it is", () => {
  const subscription = new Subscription(true);
  assert.equal(subscription.change([], []).wildcard, "added");
  assert.equal(subscription.change([], []).wildcard, "unchanged");
  const sotw = new Subscription(true);
  assert.equal(sotw.replace([]).wildcard, "added");
  assert.equal(sotw.replace([]).wildcard, "unchanged");
});

Deno.test("a legacy wildcard that was unsubscribed does not come back", () => {
  const subscription = new Subscription(true);
  subscription.change([], []);
  assert.equal(subscription.change([], ["*"]).wildcard, "removed");
  assert.equal(subscription.change([], []).wildcard, "unchanged");
  assert.equal(subscription.wildcard, false);
});

Deno.test("types without legacy wildcard: no names means none", () => {
  const delta = new Subscription(false);
  delta.change([], []);
  assert.equal(delta.wildcard, false);
  const sotw = new Subscription(false);
  sotw.replace([]);
  assert.equal(sotw.wildcard, false);
});

Deno.test("an explicit wildcard is independent of names, from the start or later", () => {
  const delta = new Subscription(false);
  delta.change(["A"], []);
  assert.equal(delta.change(["*"], []).wildcard, "added");
  delta.change([], ["A"]);
  assert.deepEqual(wanted(delta), ["*"], "unsubscribing the name keeps the wildcard");
  const sotw = new Subscription(false);
  sotw.replace(["*"]);
  assert(sotw.covers("anything"));
});

Deno.test("names first: an empty list later means nothing, in both variants", () => {
  const sotw = new Subscription(true);
  sotw.replace(["A"]);
  assert.deepEqual(sotw.replace([]).dropped, ["A"]);
  assert.equal(sotw.wildcard, false);
  const delta = new Subscription(true);
  delta.change(["A"], []);
  delta.change([], ["A"]);
  assert.equal(delta.change([], []).wildcard, "unchanged");
  assert.equal(delta.wildcard, false);
});

Deno.test("delta: a name subscribed again is asked again; state of the world: only a new one", () => {
  const delta = new Subscription(true);
  delta.change(["A"], []);
  assert.deepEqual(delta.change(["A"], []).asked, ["A"]);
  const sotw = new Subscription(true);
  sotw.replace(["A"]);
  assert.deepEqual(sotw.replace(["A", "B", "B"]).asked, ["B"]);
});

Deno.test("delta: unsubscribing what was never subscribed means nothing", () => {
  const subscription = new Subscription(true);
  subscription.change(["A"], []);
  const { dropped } = subscription.change([], ["phantom"]);
  assert.deepEqual(dropped, []);
});
