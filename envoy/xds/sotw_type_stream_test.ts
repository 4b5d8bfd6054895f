import assert from "node:assert/strict";
import { typeUrls } from "../proto/mod.ts";
import type { SotwRequest } from "./request.ts";
import type { ResourceStore } from "./resource_store.ts";
import { SotwTypeStream } from "./sotw_type_stream.ts";
import { drop, put, readSotw, resource, sotw, storeOf, typeOptions } from "./testing/requests.ts";
import type { Permit } from "./type_stream.ts";

const everything: Permit = { updates: true, removals: true };
const { cluster, endpoint } = typeUrls;

/** A stream together with the client's side of it; endpoints may be answered in part. */
class Conversation {
  readonly stream: SotwTypeStream;
  #nonce = 0;
  #names: readonly string[] = [];
  nonce = "";
  version = "";

  constructor(store: ResourceStore, typeUrl: string = cluster, maxResponseBytes = 1 << 20) {
    const fullState = typeUrl === cluster;
    const overrides = { typeUrl, fullState, legacyWildcard: fullState, maxResponseBytes };
    this.stream = new SotwTypeStream(typeOptions(store, overrides));
    store.subscribe((change) => {
      if (change.typeUrl === typeUrl) this.stream.changed(change.names);
    });
  }

  ask(names: readonly string[] = this.#names, fields: Partial<SotwRequest> = {}) {
    this.#names = names;
    const { nonce, version } = this;
    return this.stream.receive(sotw({ names, nonce, version, ...fields }));
  }

  /** The contents of the next response; undefined if there is none. Does not answer it. */
  hear(permit = everything) {
    const response = this.stream.compose(permit, String(++this.#nonce));
    if (response === undefined) return undefined;
    const said = readSotw(response);
    this.nonce = said.nonce;
    this.#version = said.version!;
    return said.resources;
  }

  #version = "";

  accept() {
    this.version = this.#version;
    return this.ask();
  }

  refuse() {
    return this.ask(undefined, { error: "no" });
  }
}

const ab = (typeUrl: string = cluster) =>
  storeOf(resource("a", "1", typeUrl), resource("b", "1", typeUrl));

Deno.test("wildcard, legacy and explicit: each response carries everything", () => {
  for (const names of [[], ["*"]]) {
    const store = ab();
    const talk = new Conversation(store);
    talk.ask(names);
    assert.deepEqual(talk.hear(), { a: "1", b: "1" });
    talk.accept();
    assert.equal(talk.hear(), undefined);
    put(store, resource("a", "2"));
    assert.deepEqual(talk.hear(), { a: "2", b: "1" });
    talk.accept();
    drop(store, "b");
    assert.deepEqual(talk.hear(), { a: "2" }, "absence is removal");
  }
});

Deno.test("a wildcard client's first request is answered even if there is nothing", () => {
  const talk = new Conversation(storeOf());
  talk.ask([]);
  assert.deepEqual(talk.hear(), {});
  talk.accept();
  assert.equal(talk.hear(), undefined);
});

Deno.test("clusters by name: the answer carries all that are subscribed and exist", () => {
  const store = ab();
  const talk = new Conversation(store);
  talk.ask(["a", "missing"]);
  assert.deepEqual(talk.hear(), { a: "1" });
  talk.accept();
  put(store, resource("missing", "1"));
  assert.deepEqual(talk.hear(), { a: "1", missing: "1" });
  talk.accept();
  put(store, resource("b", "2"));
  assert.equal(talk.hear(), undefined);
});

Deno.test("a name added to the list is answered even if its version did not change", () => {
  for (const typeUrl of [cluster, endpoint]) {
    const talk = new Conversation(ab(typeUrl), typeUrl);
    talk.ask(["a"]);
    talk.hear();
    talk.accept();
    talk.ask(["a", "b"]);
    assert.equal(talk.hear()?.b, "1");
    talk.accept();
    talk.ask(["a"]);
    assert.equal(talk.hear(), undefined);
    talk.ask(["a", "b"]);
    assert.equal(talk.hear()?.b, "1", "added again, answered again");
  }
});

Deno.test("endpoints: only what changed is sent", () => {
  const store = ab(endpoint);
  const talk = new Conversation(store, endpoint);
  talk.ask(["a", "b"]);
  assert.deepEqual(talk.hear(), { a: "1", b: "1" });
  talk.accept();
  put(store, resource("b", "2", endpoint));
  assert.deepEqual(talk.hear(), { b: "2" });
});

Deno.test("endpoints that do not exist are answered when they appear", () => {
  const store = storeOf();
  const talk = new Conversation(store, endpoint);
  talk.ask(["a"]);
  assert.equal(talk.hear(), undefined);
  put(store, resource("a", "1", endpoint));
  assert.deepEqual(talk.hear(), { a: "1" });
  talk.accept();
  drop(store, "a", endpoint);
  assert.equal(talk.hear(), undefined, "they go with their cluster");
  put(store, resource("a", "1", endpoint));
  assert.equal(talk.hear(), undefined, "the client still has them");
  put(store, resource("a", "2", endpoint));
  assert.deepEqual(talk.hear(), { a: "2" });
});

Deno.test("endpoints asked for again while they do not exist are sent when they are back", () => {
  const store = ab(endpoint);
  const talk = new Conversation(store, endpoint);
  talk.ask(["a"]);
  talk.hear();
  talk.accept();
  talk.stream.resend("a");
  drop(store, "a", endpoint);
  assert.equal(talk.hear(), undefined);
  put(store, resource("a", "1", endpoint));
  assert.deepEqual(talk.hear(), { a: "1" });
});

Deno.test("an empty list after names means nothing is wanted, not everything", () => {
  const store = ab();
  const talk = new Conversation(store);
  talk.ask(["a"]);
  talk.hear();
  talk.accept();
  talk.ask([]);
  put(store, resource("a", "2"));
  assert.equal(talk.hear(), undefined);
});

Deno.test("endpoints without names are none, also at first", () => {
  const talk = new Conversation(ab(endpoint), endpoint);
  talk.ask([]);
  assert.equal(talk.hear(), undefined);
});

Deno.test("a request with a stale nonce is not answered before the latest response is", () => {
  const store = ab(endpoint);
  const talk = new Conversation(store, endpoint);
  talk.ask(["a"]);
  talk.hear();
  talk.accept();
  put(store, resource("a", "2", endpoint));
  const stale = talk.nonce;
  talk.hear();
  assert.deepEqual(talk.ask(["a", "b"], { nonce: stale }), []);
  assert.equal(talk.hear(), undefined);
  talk.accept();
  assert.deepEqual(talk.hear(), { b: "1" });
});

Deno.test("a name dropped and named again while a response was on its way is answered again", () => {
  const store = ab(endpoint);
  const talk = new Conversation(store, endpoint);
  talk.ask(["a", "b"]);
  talk.hear();
  talk.accept();
  put(store, resource("a", "2", endpoint));
  const { nonce } = talk;
  talk.hear();
  talk.ask(["a"], { nonce });
  talk.ask(["a", "b"], { nonce });
  talk.accept();
  assert.deepEqual(talk.hear(), { b: "1" });
});

Deno.test("a nonce that is not the latest, with nothing on its way, is ignored with its names", () => {
  const talk = new Conversation(ab(endpoint), endpoint);
  talk.ask(["a"]);
  talk.hear();
  talk.accept();
  talk.ask(["a", "b"], { nonce: "invented" });
  assert.equal(talk.hear(), undefined);
  talk.ask(["a", "b"]);
  assert.deepEqual(talk.hear(), { b: "1" });
});

Deno.test("a name dropped from the list is not sent any more, though it changed before", () => {
  const store = ab(endpoint);
  const talk = new Conversation(store, endpoint);
  talk.ask(["a", "b"]);
  talk.hear();
  put(store, resource("b", "2", endpoint));
  talk.ask(["a"]);
  assert.equal(talk.hear(), undefined);
});

Deno.test("an acknowledgement and a new name in one request", () => {
  const talk = new Conversation(ab(endpoint), endpoint);
  talk.ask(["a"]);
  talk.hear();
  const [answer] = talk.ask(["a", "b"]);
  assert.equal(answer?.kind, "accepted");
  assert.deepEqual(talk.hear(), { b: "1" });
});

Deno.test("what was refused is not sent again before its content changes", () => {
  for (const typeUrl of [cluster, endpoint]) {
    const store = ab(typeUrl);
    const talk = new Conversation(store, typeUrl);
    talk.ask(["a", "b"]);
    talk.hear();
    const [answer] = talk.refuse();
    assert.equal(answer?.kind === "refused" && answer.message, "no");
    assert.equal(talk.hear(), undefined);
    put(store, resource("a", "2", typeUrl));
    assert.equal(talk.hear()?.a, "2");
  }
});

Deno.test("what happens while a response is unanswered comes in one response, newest wins", () => {
  const store = ab();
  const talk = new Conversation(store);
  talk.ask([]);
  talk.hear();
  for (let i = 2; i <= 5; i++) put(store, resource("a", String(i)));
  assert.equal(talk.hear(), undefined);
  talk.accept();
  assert.deepEqual(talk.hear(), { a: "5", b: "1" });
});

Deno.test("a client that comes back with the current version of everything is sent nothing", () => {
  const store = ab();
  const before = new Conversation(store);
  before.ask([]);
  before.hear();
  put(store, resource("b", "0"));
  put(store, resource("b", "1"));
  before.accept();

  const talk = new Conversation(store);
  const [held] = talk.ask([], { version: before.version });
  assert.deepEqual(held?.kind === "held" && [...held.resources.keys()], ["a", "b"]);
  assert.equal(talk.hear(), undefined);
  put(store, resource("b", "2"));
  assert.deepEqual(talk.hear(), { a: "1", b: "2" });
});

Deno.test("a client that comes back with another version, or wants names, is sent all of it", () => {
  const store = ab(endpoint);
  const before = new Conversation(store, endpoint);
  before.ask(["a", "b"]);
  before.hear();
  before.accept();
  const names = new Conversation(store, endpoint);
  names.ask(["a", "b"], { version: before.version });
  assert.deepEqual(names.hear(), { a: "1", b: "1" });
  const other = new Conversation(ab());
  other.ask([], { version: "other" });
  assert.deepEqual(other.hear(), { a: "1", b: "1" });
});

Deno.test("what is gone stays in the answer until removals are permitted", () => {
  const store = ab();
  const talk = new Conversation(store);
  talk.ask([]);
  talk.hear();
  talk.accept();
  drop(store, "b");
  const updates = { updates: true, removals: false };
  assert.equal(talk.hear(updates), undefined);
  put(store, resource("c", "1"));
  assert.deepEqual(talk.hear(updates), { a: "1", b: "1", c: "1" });
  talk.accept();
  assert(talk.stream.waiting("removals"));
  assert.deepEqual(talk.hear(), { a: "1", c: "1" });
});

Deno.test("many endpoints come in parts, each once the one before is answered", () => {
  const content = "x".repeat(600);
  const names = ["a", "b", "c"];
  const store = storeOf(...names.map((name) => resource(name, content, endpoint)));
  const talk = new Conversation(store, endpoint, 1000);
  talk.ask(names);
  const parts: string[][] = [];
  for (let part = talk.hear(); part; part = talk.hear()) {
    parts.push(Object.keys(part));
    talk.accept();
  }
  assert.deepEqual(parts, [["a"], ["b"], ["c"]]);
});

Deno.test("only clusters that changed have to be followed by their endpoints", () => {
  const store = ab();
  const talk = new Conversation(store);
  talk.ask([]);
  assert.deepEqual(talk.stream.compose(everything, "1")?.assignments, ["a", "b"]);
  talk.ask([], { nonce: "1" });
  put(store, resource("b", "2"));
  assert.deepEqual(talk.stream.compose(everything, "2")?.assignments, ["b"]);
});

Deno.test("what is withheld stays in the answer on this stream, and is lost with it", () => {
  const store = storeOf(resource("a", "1"));
  store.set("lb", [resource("b", "1")]);
  const talk = new Conversation(store);
  talk.ask();
  assert.deepEqual(talk.hear(), { a: "1", b: "1" });
  talk.accept();
  store.withhold("lb", [resource("b", "1")]);
  assert.equal(talk.hear(), undefined);
  put(store, resource("a", "2"));
  assert.deepEqual(talk.hear(), { a: "2", b: "1" });
  talk.accept();
  const later = new Conversation(store);
  later.ask([], { version: talk.version });
  assert.deepEqual(later.hear(), { a: "2" });
  store.delete("lb");
  assert.deepEqual(talk.hear(), { a: "2" });
});

Deno.test("a name beside the wildcard that is dropped again stays wanted by the wildcard", () => {
  const store = ab();
  const talk = new Conversation(store);
  talk.ask(["*", "a"]);
  assert.deepEqual(talk.hear(), { a: "1", b: "1" });
  talk.accept();
  talk.ask(["*"]);
  assert.equal(talk.hear(), undefined, "it holds all of it");
  put(store, resource("a", "2"));
  assert.deepEqual(talk.hear(), { a: "2", b: "1" });
});

Deno.test("on a new stream what is gone meanwhile is absent from the first answer", () => {
  const store = ab();
  const before = new Conversation(store);
  before.ask([]);
  before.hear();
  before.accept();
  drop(store, "b");
  const after = new Conversation(store);
  after.ask([], { version: before.version });
  assert.deepEqual(after.hear(), { a: "1" });
});
