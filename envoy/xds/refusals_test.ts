import assert from "node:assert/strict";
import { FakeClock } from "../../base/fake_clock.ts";
import { typeUrls } from "../proto/mod.ts";
import { Refusals } from "./refusals.ts";
import { drop, put, resource, storeOf } from "./testing/requests.ts";

const { cluster, listener } = typeUrls;

/** Two clients of a store with the resources `names`. */
function start(typeUrl: string, ...names: string[]) {
  const clock = new FakeClock();
  const store = storeOf(...names.map((name) => resource(name, "1", typeUrl)));
  const client = () => {
    const sent: string[] = [];
    const stream = { resend: (_typeUrl: string, name: string) => void sent.push(name) };
    const refusals = new Refusals(clock, store, stream, () => {});
    const response = (names: string[]) => ({
      nonce: "1",
      resources: new Map(names.map((name) => [name, resource(name, "1", typeUrl).version])),
      removed: [],
    });
    return {
      sent,
      refusals,
      refused: (names: string[], message = "no") => [
        ...refusals.answered(typeUrl, { kind: "refused", response: response(names), message })
          .keys(),
      ],
      accepted: (names: string[]) =>
        refusals.answered(typeUrl, { kind: "accepted", response: response(names) }),
    };
  };
  const served = () => names.filter((name) => store.get(typeUrl, name) !== undefined);
  return { clock, store, served, client };
}

Deno.test("of a refused response only the resource that the client names stays out", async () => {
  const { clock, served, client } = start(cluster, "a", "b", "c");
  const { refused, sent } = client();
  assert.deepEqual(refused(["a", "b", "c"], "cluster b: no"), ["b"]);
  assert.deepEqual(served(), ["a", "c"]);
  await clock.advance(1_000);
  // Envoy may have applied none of them.
  assert.deepEqual(sent, ["a", "c"]);
  assert.equal(clock.pending, 0);
});

Deno.test("when none is named all are held back, and come again in halves", async () => {
  const { clock, served, client } = start(cluster, "a", "b", "c", "d");
  const { refused, accepted, sent } = client();
  assert.deepEqual(refused(["a", "b", "c", "d"]), []);
  assert.deepEqual(served(), []);
  await clock.advance(50);
  assert.deepEqual([served(), sent], [["a", "b"], ["a", "b"]]);
  accepted(["a", "b"]);
  await clock.advance(50);
  assert.deepEqual(served(), ["a", "b", "c", "d"]);
  assert.deepEqual(refused(["c", "d"]), []);
  await clock.advance(50);
  assert.deepEqual(refused(["c"]), ["c"]);
  await clock.advance(50);
  accepted(["d"]);
  assert.deepEqual(served(), ["a", "b", "d"]);
  await clock.advance(3_600_000);
  assert.deepEqual(served(), ["a", "b", "d"]);
});

Deno.test("suspected is only what nobody has accepted before", () => {
  const { served, client } = start(cluster, "a", "b", "c");
  const { refused, accepted } = client();
  accepted(["a", "c"]);
  assert.deepEqual(refused(["a", "b", "c"]), ["b"]);
  assert.deepEqual(served(), ["a", "c"]);
});

Deno.test("content in quarantine waits until it changes", async () => {
  const { clock, store, served, client } = start(cluster, "guilty");
  const { refused } = client();
  refused(["guilty"], "too ugly");
  await clock.advance(3_600_000);
  assert.deepEqual(served(), []);
  assert.equal(store.refusalOf(resource("guilty", "1")), "too ugly");
  put(store, resource("guilty", "2"));
  assert.equal(store.get(cluster, "guilty")?.version, resource("guilty", "2").version);
  assert.equal(store.refusalOf(resource("guilty", "2")), undefined);
});

Deno.test("what was accepted last is served in the place of what was refused", () => {
  const { store, client } = start(cluster, "web");
  const { refused, accepted } = client();
  const old = resource("web", "0");
  put(store, old);
  client().refusals.answered(cluster, {
    kind: "held",
    resources: new Map([["web", old.version]]),
  });
  put(store, resource("web", "1"));
  refused(["web"]);
  assert.equal(store.get(cluster, "web")?.version, old.version);
  accepted(["web"]); // by an Envoy of another kind
  assert.equal(store.get(cluster, "web")?.version, resource("web", "1").version);
});

Deno.test("what one client accepts another cannot put into quarantine", async () => {
  const { clock, served, client } = start(listener, "web");
  const [one, other] = [client(), client()];
  one.accepted(["web"]);
  assert.deepEqual(other.refused(["web"], "the address is in use here"), ["web"]);
  assert.deepEqual(served(), ["web"]);
  await clock.advance(1_000);
  assert.deepEqual([one.sent, other.sent], [[], ["web"]]);
});

Deno.test("a listener that is refused is tried again, ever less often", async () => {
  const { clock, served, client } = start(listener, "busy");
  const { refused } = client();
  for (const seconds of [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]) {
    refused(["busy"]);
    await clock.advance(seconds * 1_000 - 1);
    assert.deepEqual(served(), []);
    await clock.advance(1);
    assert.deepEqual(served(), ["busy"]);
  }
});

Deno.test("a listener that is accepted is not tried again, and begins anew when it is refused", async () => {
  const { clock, store, sent, refused, accepted } = (() => {
    const { clock, store, client } = start(listener, "busy");
    return { clock, store, ...client() };
  })();
  refused(["busy"]);
  await clock.advance(1_000);
  refused(["busy"]);
  accepted(["busy"]);
  await clock.advance(60_000);
  assert.deepEqual(sent, ["busy"]);
  put(store, resource("busy", "0", listener));
  put(store, resource("busy", "1", listener));
  refused(["busy"]);
  await clock.advance(1_000);
  assert.deepEqual(sent, ["busy", "busy"]);
});

Deno.test("a listener that went while it was held back begins anew when it comes again", async () => {
  const { clock, store, served, client } = start(listener, "busy");
  const { refused } = client();
  for (const seconds of [1, 2, 4]) {
    refused(["busy"]);
    await clock.advance(seconds * 1_000);
  }
  refused(["busy"]);
  drop(store, "busy", listener);
  await clock.advance(8_000);
  put(store, resource("busy", "1", listener));
  refused(["busy"]);
  assert.deepEqual(served(), []);
  await clock.advance(1_000);
  assert.deepEqual(served(), ["busy"]);
});

Deno.test("what a client held back is free when it has gone, and no timer stays", () => {
  const { clock, served, client } = start(cluster, "a", "b");
  const { refused, refusals } = client();
  refused(["a", "b"]);
  assert.deepEqual(served(), []);
  refusals[Symbol.dispose]();
  assert.deepEqual(served(), ["a", "b"]);
  assert.equal(clock.pending, 0);
});
