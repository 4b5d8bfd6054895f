import assert from "node:assert/strict";
import { typeUrls } from "../proto/mod.ts";
import { FakeClock } from "../../base/fake_clock.ts";
import { DeltaTypeStream } from "./delta_type_stream.ts";
import type { DeltaRequest } from "./request.ts";
import type { ResourceStore } from "./resource_store.ts";
import { SocketPace } from "./socket_pace.ts";
import { delta, drop, put, readDelta, resource, storeOf, typeOptions } from "./testing/requests.ts";
import type { Permit, TypeStreamOptions } from "./type_stream.ts";

const everything: Permit = { updates: true, removals: true };

/** A stream together with the client's side of it. */
class Conversation {
  readonly stream: DeltaTypeStream;
  #nonce = 0;
  last = "";

  constructor(store: ResourceStore, options: Partial<TypeStreamOptions> = {}) {
    this.stream = new DeltaTypeStream(typeOptions(store, options));
    store.subscribe(({ names }) => this.stream.changed(names));
  }

  /** Sends a request; returns what it says about the client. */
  ask(fields: Partial<DeltaRequest> = {}) {
    return this.stream.receive(delta(fields));
  }

  /** The next response; undefined if there is none. */
  hear(permit = everything) {
    const response = this.stream.compose(permit, String(++this.#nonce));
    if (response === undefined) return undefined;
    const { nonce, resources, removed } = readDelta(response);
    this.last = nonce;
    return { resources, removed };
  }

  accept() {
    return this.ask({ nonce: this.last });
  }

  refuse() {
    return this.ask({ nonce: this.last, error: "no" });
  }
}

const ab = () => storeOf(resource("a", "1"), resource("b", "1"));

Deno.test("wildcard, legacy and explicit: everything is sent, then what changes", () => {
  for (const subscribe of [[], ["*"]]) {
    const store = ab();
    const talk = new Conversation(store);
    talk.ask({ subscribe });
    assert.deepEqual(talk.hear(), { resources: { a: "1", b: "1" }, removed: [] });
    talk.accept();
    assert.equal(talk.hear(), undefined);
    put(store, resource("a", "2"));
    put(store, resource("c", "1"));
    drop(store, "b");
    assert.deepEqual(talk.hear(), { resources: { a: "2", c: "1" }, removed: ["b"] });
  }
});

Deno.test("a wildcard client's first request is answered even if there is nothing", () => {
  const talk = new Conversation(storeOf());
  talk.ask();
  assert.deepEqual(talk.hear(), { resources: {}, removed: [] });
  talk.accept();
  assert.equal(talk.hear(), undefined, "once");
});

Deno.test("names only: others are not sent", () => {
  const store = ab();
  const talk = new Conversation(store);
  talk.ask({ subscribe: ["a"] });
  assert.deepEqual(talk.hear(), { resources: { a: "1" }, removed: [] });
  talk.accept();
  put(store, resource("b", "2"));
  assert.equal(talk.hear(), undefined);
});

Deno.test("a name that does not exist is said to be absent, and sent when it appears", () => {
  const store = storeOf();
  const talk = new Conversation(store);
  talk.ask({ subscribe: ["a"] });
  assert.deepEqual(talk.hear(), { resources: {}, removed: ["a"] });
  talk.accept();
  assert.equal(talk.hear(), undefined);
  put(store, resource("a", "1"));
  assert.deepEqual(talk.hear(), { resources: { a: "1" }, removed: [] });
});

Deno.test("a name subscribed again is answered again", () => {
  const talk = new Conversation(ab());
  talk.ask({ subscribe: ["a"] });
  talk.hear();
  talk.accept();
  talk.ask({ subscribe: ["a"] });
  assert.deepEqual(talk.hear(), { resources: { a: "1" }, removed: [] });
});

Deno.test("a name that the wildcard covers is answered when it is subscribed too", () => {
  const talk = new Conversation(ab());
  talk.ask();
  talk.hear();
  talk.accept();
  talk.ask({ subscribe: ["a"] });
  assert.deepEqual(talk.hear(), { resources: { a: "1" }, removed: [] });
});

Deno.test("a name unsubscribed under a wildcard is answered with the resource, or its absence", () => {
  const talk = new Conversation(storeOf(resource("a", "1")));
  talk.ask({ subscribe: ["*", "a", "missing"] });
  talk.hear();
  talk.accept();
  talk.ask({ unsubscribe: ["a", "missing"] });
  assert.deepEqual(talk.hear(), { resources: { a: "1" }, removed: ["missing"] });
});

Deno.test("a name unsubscribed is not sent any more, and sent again when subscribed again", () => {
  const store = ab();
  const talk = new Conversation(store);
  talk.ask({ subscribe: ["a"] });
  talk.hear();
  talk.accept();
  talk.ask({ unsubscribe: ["a"] });
  put(store, resource("a", "2"));
  assert.equal(talk.hear(), undefined);
  talk.ask({ subscribe: ["a"] });
  assert.deepEqual(talk.hear(), { resources: { a: "2" }, removed: [] });
});

Deno.test("unsubscribed and subscribed again before the response is answered: answered again", () => {
  const talk = new Conversation(ab());
  talk.ask({ subscribe: ["a"] });
  talk.hear();
  talk.ask({ unsubscribe: ["a"] });
  talk.ask({ subscribe: ["a"] });
  assert.equal(talk.hear(), undefined, "one response at a time");
  talk.accept();
  assert.deepEqual(talk.hear(), { resources: { a: "1" }, removed: [] });
});

Deno.test("unsubscribing what was never subscribed changes and answers nothing", () => {
  const talk = new Conversation(ab());
  talk.ask({ subscribe: ["a"] });
  talk.hear();
  talk.accept();
  talk.ask({ unsubscribe: ["b", "phantom"] });
  assert.equal(talk.hear(), undefined);
});

Deno.test("unsubscribing the wildcard keeps the names", () => {
  const store = ab();
  const talk = new Conversation(store);
  talk.ask({ subscribe: ["*", "a"] });
  talk.hear();
  talk.accept();
  talk.ask({ unsubscribe: ["*"] });
  put(store, resource("a", "2"));
  put(store, resource("b", "2"));
  assert.deepEqual(talk.hear(), { resources: { a: "2" }, removed: [] });
});

Deno.test("a name unsubscribed while it was on its way, then covered by the wildcard, and gone", () => {
  const store = ab();
  const talk = new Conversation(store);
  talk.ask({ subscribe: ["a"] });
  talk.hear();
  talk.ask({ unsubscribe: ["a"] });
  drop(store, "a");
  talk.ask({ subscribe: ["*"] });
  talk.accept();
  assert.deepEqual(talk.hear(), { resources: { b: "1" }, removed: ["a"] });
});

Deno.test("a stale nonce answers nothing, but its subscription counts", () => {
  const talk = new Conversation(ab());
  talk.ask({ subscribe: ["a"] });
  talk.hear();
  assert.deepEqual(talk.ask({ nonce: "stale", subscribe: ["b"] }), []);
  assert.equal(talk.hear(), undefined, "the first response is still unanswered");
  talk.accept();
  assert.deepEqual(talk.hear(), { resources: { b: "1" }, removed: [] });
});

Deno.test("an acknowledgement tells what was accepted", () => {
  const store = ab();
  const talk = new Conversation(store);
  talk.ask();
  talk.hear();
  drop(store, "b");
  const [answer] = talk.accept();
  assert.equal(answer?.kind, "accepted");
  assert.deepEqual([...(answer?.kind === "accepted" ? answer.response.resources.keys() : [])], [
    "a",
    "b",
  ]);
  talk.hear();
  const [second] = talk.accept();
  assert.deepEqual(second?.kind === "accepted" && second.response.removed, ["b"]);
});

Deno.test("what was refused is not sent again before its content changes", () => {
  const store = ab();
  const talk = new Conversation(store);
  talk.ask();
  talk.hear();
  const [answer] = talk.refuse();
  assert.equal(answer?.kind === "refused" && answer.message, "no");
  assert.equal(talk.hear(), undefined);
  put(store, resource("c", "1"));
  assert.deepEqual(talk.hear()?.resources, { c: "1" }, "others go on");
  talk.accept();
  put(store, resource("a", "2"));
  assert.deepEqual(talk.hear()?.resources, { a: "2" });
});

Deno.test("what happens while a response is unanswered comes in one response, newest wins", () => {
  const store = ab();
  const talk = new Conversation(store);
  talk.ask();
  talk.hear();
  for (let i = 2; i <= 5; i++) put(store, resource("a", String(i)));
  put(store, resource("c", "1"));
  drop(store, "c");
  assert.equal(talk.hear(), undefined);
  talk.accept();
  assert.deepEqual(talk.hear(), { resources: { a: "5" }, removed: [] });
});

Deno.test("a change that is taken back before it is sent is not sent", () => {
  const store = ab();
  const talk = new Conversation(store);
  talk.ask();
  talk.hear();
  put(store, resource("a", "2"));
  put(store, resource("a", "1"));
  talk.accept();
  assert.equal(talk.hear(), undefined);
});

Deno.test("a client that comes back is sent what changed meanwhile, and told what went", () => {
  const versions = new Map([
    ["a", resource("a", "1").version],
    ["b", resource("b", "0").version],
    ["gone", "old"],
  ]);
  for (const subscribe of [[], ["*"], ["a", "b", "gone"]]) {
    const talk = new Conversation(ab());
    const [held] = talk.ask({ subscribe, initialVersions: versions });
    assert.deepEqual(held, { kind: "held", resources: versions });
    assert.deepEqual(talk.hear(), { resources: { b: "1" }, removed: ["gone"] });
  }
});

Deno.test("a client that comes back with everything is sent nothing", () => {
  const initialVersions = new Map([["a", resource("a", "1").version]]);
  for (const subscribe of [[], ["a"]]) {
    const store = storeOf(resource("a", "1"));
    const talk = new Conversation(store);
    talk.ask({ subscribe, initialVersions });
    assert.equal(talk.hear(), undefined);
    drop(store, "a");
    assert.deepEqual(talk.hear(), { resources: {}, removed: ["a"] });
  }
});

Deno.test("only the first request's initial versions count, and only for names it wants", () => {
  const initialVersions = new Map([["a", resource("a", "1").version], ["b", "old"]]);
  const talk = new Conversation(ab());
  talk.ask({ subscribe: ["a"], initialVersions });
  assert.equal(talk.hear(), undefined);
  talk.ask({ subscribe: ["b"] });
  talk.hear();
  talk.accept();
  talk.ask({ subscribe: ["b"], initialVersions: new Map([["b", resource("b", "1").version]]) });
  assert.deepEqual(talk.hear(), { resources: { b: "1" }, removed: [] });
});

Deno.test("removals wait for their permit; absence of what the client never had does not", () => {
  const store = ab();
  const talk = new Conversation(store);
  talk.ask({ subscribe: ["*", "missing"] });
  const updates = { updates: true, removals: false };
  assert.deepEqual(talk.hear(updates)?.removed, ["missing"]);
  talk.accept();
  drop(store, "b");
  put(store, resource("a", "2"));
  assert.deepEqual(talk.hear(updates), { resources: { a: "2" }, removed: [] });
  talk.accept();
  assert.equal(talk.hear(updates), undefined);
  assert(talk.stream.waiting("removals"));
  assert.deepEqual(talk.hear(), { resources: {}, removed: ["b"] });
  assert(!talk.stream.waiting("removals"));
});

Deno.test("updates that wait for their permit are not sent, nor an empty first answer", () => {
  const store = storeOf();
  const talk = new Conversation(store);
  talk.ask();
  assert.equal(talk.hear({ updates: false, removals: false }), undefined);
  put(store, resource("a", "1"));
  assert(talk.stream.waiting("updates"));
  assert.deepEqual(talk.hear()?.resources, { a: "1" });
});

Deno.test("a large answer comes in parts, each once the one before is answered", () => {
  const content = "x".repeat(600);
  const store = storeOf(...["a", "b", "c", "d", "e"].map((name) => resource(name, content)));
  const talk = new Conversation(store, { maxResponseBytes: 1000 });
  talk.ask();
  const parts: string[][] = [];
  for (let part = talk.hear(); part; part = talk.hear()) {
    parts.push(Object.keys(part.resources));
    assert.equal(talk.hear(), undefined);
    talk.accept();
  }
  assert.deepEqual(parts, [["a"], ["b"], ["c"], ["d"], ["e"]]);
});

Deno.test("a client that starts whole gets a large first answer in one, and later ones in parts", () => {
  const content = "x".repeat(600);
  const store = storeOf(...["a", "b", "c"].map((name) => resource(name, content)));
  const talk = new Conversation(store, { maxResponseBytes: 1000, startsWhole: true });
  talk.ask();
  assert.deepEqual(Object.keys(talk.hear()!.resources), ["a", "b", "c"]);
  talk.accept();
  for (const name of ["d", "e"]) put(store, resource(name, content));
  assert.deepEqual(Object.keys(talk.hear()!.resources), ["d"]);
});

Deno.test("one that brings something from an earlier stream need not start whole", () => {
  const content = "x".repeat(600);
  const store = storeOf(...["a", "b", "c"].map((name) => resource(name, content)));
  const talk = new Conversation(store, { maxResponseBytes: 1000, startsWhole: true });
  talk.ask({ initialVersions: new Map([["a", "0"]]) });
  assert.deepEqual(Object.keys(talk.hear()!.resources), ["a"]);
});

/** Allows one socket to drain, or as many as it is told. */
const slowPace = (allowed = () => 1) =>
  new SocketPace(new FakeClock(), () => ({ addresses: allowed(), time: 60_000 }));

const listening = (name: string, content: string, protocol: "TCP" | "UDP" = "TCP") => ({
  ...resource(name, content),
  listening: { addresses: 1, protocol },
});

Deno.test("a client that comes with nothing gets everything at once, whatever drains", () => {
  const pace = slowPace();
  pace.changed({ addresses: 1, protocol: "TCP" });
  using _pace = pace;
  const talk = new Conversation(ab(), { startsWhole: true, pace });
  talk.ask();
  assert.deepEqual(talk.hear()?.resources, { a: "1", b: "1" });
});

Deno.test("changed and new listeners wait for those that drain, and keep nothing else waiting", () => {
  let allowed = 1;
  using pace = slowPace(() => allowed);
  const store = storeOf(listening("a", "1"), listening("b", "1"), listening("c", "1"));
  const talk = new Conversation(store, { startsWhole: true, pace });
  talk.ask();
  talk.hear();
  talk.accept();
  put(store, listening("a", "2"));
  put(store, listening("b", "2"));
  put(store, listening("d", "1"));
  assert.deepEqual(talk.hear()?.resources, { a: "2" });
  talk.accept();
  assert(!talk.stream.waiting("updates"));
  drop(store, "c");
  assert(talk.stream.waiting("removals"));
  assert.deepEqual(talk.hear(), { resources: {}, removed: ["c"] });
  talk.accept();
  put(store, listening("b", "3"));
  assert.equal(talk.hear(), undefined);
  allowed++;
  assert(talk.stream.waiting("updates"));
  assert.deepEqual(talk.hear()?.resources, { b: "3" }, "the newest, and only as much as may drain");
  talk.accept();
  allowed++;
  assert.deepEqual(talk.hear()?.resources, { d: "1" });
  talk.accept();
  drop(store, "d");
  assert.deepEqual(talk.hear()?.removed, ["d"]);
  assert(pace.open, "what is new, and what goes of TCP, does not drain");
});

Deno.test("a listener of UDP that goes drains, and so does one of which nothing is known", () => {
  const store = storeOf(listening("a", "1", "UDP"));
  for (const initialVersions of [undefined, new Map([["old", "1"]])]) {
    using pace = slowPace();
    const talk = new Conversation(store, { pace });
    talk.ask({ ...(initialVersions && { initialVersions }) });
    talk.hear();
    talk.accept();
    drop(store, "a");
    talk.hear();
    assert(!pace.open);
  }
});

Deno.test("a listener that is sent again as it was does not drain", () => {
  using pace = slowPace();
  const store = storeOf(listening("a", "1"));
  const talk = new Conversation(store, { pace });
  talk.ask();
  talk.hear();
  talk.accept();
  talk.stream.resend("a");
  assert.deepEqual(talk.hear()?.resources, { a: "1" });
  assert(pace.open);
});

Deno.test("what was refused together with others is sent again at once, whatever drains", () => {
  using pace = slowPace();
  const store = storeOf(listening("a", "1"));
  const talk = new Conversation(store, { pace });
  talk.ask();
  talk.hear();
  talk.accept();
  put(store, listening("a", "2"));
  talk.hear();
  talk.refuse();
  assert(!pace.open);
  talk.stream.resend("a");
  assert.deepEqual(talk.hear()?.resources, { a: "2" });
  talk.accept();
  put(store, listening("a", "3"));
  assert.equal(talk.hear(), undefined);
});

Deno.test("a resource larger than a response may be is sent alone", () => {
  const store = storeOf(resource("a", "x".repeat(5000)), resource("b", "1"));
  const talk = new Conversation(store, { maxResponseBytes: 1000 });
  talk.ask();
  assert.deepEqual(Object.keys(talk.hear()!.resources), ["a"]);
  talk.accept();
  assert.deepEqual(Object.keys(talk.hear()!.resources), ["b"]);
});

Deno.test("a resend is for what is subscribed, whatever the client was told", () => {
  const talk = new Conversation(ab(), { typeUrl: typeUrls.cluster });
  talk.ask({ subscribe: ["a"] });
  talk.hear();
  talk.accept();
  talk.stream.resend("a");
  talk.stream.resend("b");
  assert.deepEqual(talk.hear()?.resources, { a: "1" });
});

/** A client that comes back with `a` and `b` to a server that withholds `b`. */
function comeBack() {
  const store = storeOf(resource("a", "1"));
  const b = resource("b", "1");
  store.withhold("lb", [b]);
  const talk = new Conversation(store);
  const initialVersions = new Map([["a", resource("a", "1").version], ["b", b.version]]);
  talk.ask({ subscribe: ["*"], initialVersions });
  return { store, talk, b };
}

Deno.test("a client keeps what is withheld, until the content is known or its owner goes", () => {
  const { store, talk, b } = comeBack();
  assert.equal(talk.stream.waiting("removals"), false);
  assert.equal(talk.hear(), undefined);
  store.set("lb", [b]);
  assert.equal(talk.hear(), undefined);
  store.set("lb", [resource("b", "2")]);
  assert.deepEqual(talk.hear(), { resources: { b: "2" }, removed: [] });
  talk.accept();
  store.withhold("lb", [b]);
  assert.equal(talk.hear(), undefined);
  store.delete("lb");
  assert.deepEqual(talk.hear(), { resources: {}, removed: ["b"] });
});

Deno.test("what is withheld no longer is removed from clients that brought it", () => {
  const { store, talk } = comeBack();
  assert.equal(talk.hear(), undefined);
  store.withhold("lb", [resource("c", "1")]);
  assert.deepEqual(talk.hear(), { resources: {}, removed: ["b"] });
});

Deno.test("a withheld name does not exist for a client that asks for it", () => {
  const { store } = comeBack();
  const stranger = new Conversation(store);
  stranger.ask({ subscribe: ["b"] });
  assert.deepEqual(stranger.hear(), { resources: {}, removed: ["b"] });
  const { talk } = comeBack();
  talk.ask({ subscribe: ["b"] });
  assert.deepEqual(talk.hear(), { resources: {}, removed: ["b"] });
});
