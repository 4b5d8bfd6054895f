import assert from "node:assert/strict";
import { typeUrls } from "../proto/mod.ts";
import { compareTypes, permitFor } from "./order.ts";
import type { Permit } from "./type_stream.ts";

const { cluster, endpoint, listener, route, secret } = typeUrls;
const all: Permit = { updates: true, removals: true };
const updatesOnly: Permit = { updates: true, removals: false };
const none: Permit = { updates: false, removals: false };

/** `waiting("cluster updates")` says that cluster updates have not been sent. */
function waiting(...what: [typeUrl: string, kind: keyof Permit][]) {
  return (typeUrl: string, kind: keyof Permit) =>
    what.some(([type, other]) => type === typeUrl && other === kind);
}

Deno.test("what is named goes before what names it; other types come last", () => {
  const types = ["other", route, listener, secret, endpoint, cluster];
  assert.deepEqual(types.sort(compareTypes), [
    cluster,
    endpoint,
    secret,
    listener,
    route,
    "other",
  ]);
});

const table: [title: string, typeUrl: string, ReturnType<typeof waiting>, Permit][] = [
  ["nothing waits: clusters may do all", cluster, waiting(), all],
  ["listeners wait for unsent clusters", listener, waiting([cluster, "updates"]), none],
  ["routes wait for unsent clusters", route, waiting([cluster, "updates"]), none],
  ["listeners do not wait for removals", listener, waiting([cluster, "removals"]), all],
  ["endpoints do not wait for clusters", endpoint, waiting([cluster, "updates"]), all],
  ["clusters stay until listeners are sent", cluster, waiting([listener, "updates"]), updatesOnly],
  ["clusters stay until listeners are gone", cluster, waiting([listener, "removals"]), updatesOnly],
  ["clusters stay until routes are sent", cluster, waiting([route, "updates"]), updatesOnly],
  ["endpoints stay until clusters are gone", endpoint, waiting([cluster, "removals"]), updatesOnly],
  ["secrets stay until listeners are sent", secret, waiting([listener, "updates"]), updatesOnly],
  ["other types never wait", "other", waiting([cluster, "updates"], [listener, "updates"]), all],
];

for (const [title, typeUrl, state, permit] of table) {
  Deno.test(title, () => assert.deepEqual(permitFor(typeUrl, state, true), permit));
}

Deno.test("in the first moments of a resumed stream clusters, endpoints and secrets stay", () => {
  for (const typeUrl of [cluster, endpoint, secret]) {
    assert.deepEqual(permitFor(typeUrl, waiting(), false), updatesOnly);
  }
  assert.deepEqual(permitFor(listener, waiting(), false), all);
});
