/**
 * The sequences that Envoy's protocol document walks through, line by line and in bytes.
 *
 * https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol
 */
import assert from "node:assert/strict";
import { envoy, typeUrls } from "../proto/mod.ts";
import { DiscoveryStream } from "./discovery_stream.ts";
import { deltaProtocol, type Protocol, sotwProtocol } from "./protocol.ts";
import type { RequestHeader } from "./request.ts";
import type { ResourceStore } from "./resource_store.ts";
import { put, readDelta, readSotw, resource, storeOf } from "./testing/requests.ts";
import type { Response } from "./type_stream.ts";

const { DeltaDiscoveryRequest, DiscoveryRequest } = envoy.service.discovery.v3;
type DeltaFields = envoy.service.discovery.v3.IDeltaDiscoveryRequest;
type SotwFields = envoy.service.discovery.v3.IDiscoveryRequest;

const { cluster, endpoint } = typeUrls;
const node = { id: "envoy" };

/** A stream of the server; `ask` takes the bytes of a request. */
function open<Request extends RequestHeader>(protocol: Protocol<Request>, store: ResourceStore) {
  const stream = new DiscoveryStream({ protocol, store });
  store.subscribe((change) => stream.changed(change));
  return {
    ask: (bytes: Uint8Array) => stream.receive(protocol.decode(bytes)).answers,
    next: () => stream.next(),
  };
}

function openDelta(store: ResourceStore) {
  const stream = open(deltaProtocol, store);
  const ask = (fields: DeltaFields) =>
    stream.ask(DeltaDiscoveryRequest.encode({ typeUrl: cluster, ...fields }).finish());
  /** What is said, and acknowledged, until there is no more. */
  const hear = () => {
    const heard: string[] = [];
    for (let response = stream.next(); response; response = stream.next()) {
      const { nonce, resources, removed } = readDelta(response);
      heard.push(...Object.entries(resources).map(([name, content]) => `${name}=${content}`));
      heard.push(...removed.map((name) => `-${name}`));
      ask({ responseNonce: nonce });
    }
    return heard.toSorted();
  };
  return { ask, hear };
}

function openSotw(store: ResourceStore) {
  const stream = open(sotwProtocol, store);
  let known: SotwFields = {};
  const ask = (fields: SotwFields) =>
    stream.ask(DiscoveryRequest.encode({ typeUrl: cluster, ...known, ...fields }).finish());
  const hear = (resourceNames: string[] = []) => {
    const heard: string[] = [];
    for (let response = stream.next(); response; response = stream.next()) {
      const { nonce, version, resources } = readSotw(response);
      heard.push(...Object.entries(resources).map(([name, content]) => `${name}=${content}`));
      known = { responseNonce: nonce, versionInfo: version! };
      ask({ resourceNames });
    }
    return heard.toSorted();
  };
  return { ask, hear };
}

/** Changes A and B, so that what is heard shows what is subscribed. */
function changeBoth(store: ResourceStore, content: string): void {
  put(store, resource("A", content));
  put(store, resource("B", content));
}

Deno.test("how the client specifies what to return, state of the world", () => {
  const store = storeOf(resource("A", "1"), resource("B", "1"));
  const { ask, hear } = openSotw(store);
  // "a request with resource_names unset. Server interprets this as a subscription to *"
  ask({ node });
  assert.deepEqual(hear(), ["A=1", "B=1"]);
  changeBoth(store, "2");
  assert.deepEqual(hear(), ["A=2", "B=2"]);
  // "set to * and A […] continuing the existing subscription to * and adding […] A"
  ask({ resourceNames: ["*", "A"] });
  assert.deepEqual(hear(["*", "A"]), ["A=2", "B=2"], "what is newly requested is sent again");
  changeBoth(store, "3");
  assert.deepEqual(hear(["*", "A"]), ["A=3", "B=3"]);
  // "set to A […] unsubscribing to * and continuing the existing subscription to A"
  ask({ resourceNames: ["A"] });
  changeBoth(store, "4");
  assert.deepEqual(hear(["A"]), ["A=4"]);
  // "unset […] unsubscribing to A […] not interpreted as a wildcard subscription"
  ask({ resourceNames: [] });
  changeBoth(store, "5");
  assert.deepEqual(hear(), []);
});

Deno.test("how the client specifies what to return, incremental", () => {
  const store = storeOf(resource("A", "1"), resource("B", "1"));
  const { ask, hear } = openDelta(store);
  // "resource_names_subscribe unset. Server interprets this as a subscription to *"
  ask({ node });
  assert.deepEqual(hear(), ["A=1", "B=1"]);
  changeBoth(store, "2");
  assert.deepEqual(hear(), ["A=2", "B=2"]);
  // "resource_names_subscribe set to A […] continuing […] * and adding a new subscription to A"
  ask({ resourceNamesSubscribe: ["A"] });
  assert.deepEqual(hear(), ["A=2"], "what is newly requested is sent again");
  changeBoth(store, "3");
  assert.deepEqual(hear(), ["A=3", "B=3"]);
  // "resource_names_unsubscribe set to * […] unsubscribing to * and continuing […] A"
  ask({ resourceNamesUnsubscribe: ["*"] });
  assert.deepEqual(hear(), []);
  changeBoth(store, "4");
  assert.deepEqual(hear(), ["A=4"]);
  // "resource_names_unsubscribe set to A […] unsubscribing to A […] not […] a wildcard"
  ask({ resourceNamesUnsubscribe: ["A"] });
  changeBoth(store, "5");
  assert.deepEqual(hear(), []);
});

/** V and N are the request's version and nonce, as in the document's diagrams. */
function endpoints(versionInfo: string, responseNonce: string, message?: string): Uint8Array {
  return DiscoveryRequest.encode({
    typeUrl: endpoint,
    node,
    resourceNames: ["foo", "bar"],
    versionInfo,
    responseNonce,
    ...(message === undefined ? {} : { errorDetail: { message } }),
  }).finish();
}

function said(response: Response | undefined) {
  return response && readSotw(response);
}

Deno.test("ACK, then NACK, then ACK of a later version: one response for each content", () => {
  const store = storeOf(resource("foo", "1", endpoint), resource("bar", "1", endpoint));
  const { ask, next } = open(sotwProtocol, store);
  ask(endpoints("", ""));
  const x = said(next())!;
  assert.deepEqual(x.resources, { foo: "1", bar: "1" });
  assert.equal(next(), undefined, "not before the answer");
  assert.equal(ask(endpoints(x.version!, x.nonce))[0]?.kind, "accepted");
  assert.equal(next(), undefined, "nothing has changed");

  put(store, resource("foo", "2", endpoint));
  const y = said(next())!;
  assert.notEqual(y.nonce, x.nonce);
  assert.notEqual(y.version, x.version);
  // The version of a NACK is the last good one: only error_detail says that it is one.
  const [refused] = ask(endpoints(x.version!, y.nonce, "no"));
  assert.deepEqual(refused?.kind === "refused" && refused.message, "no");
  assert.equal(next(), undefined, "what was refused is not sent again");

  put(store, resource("foo", "3", endpoint));
  const z = said(next())!;
  assert.deepEqual(z.resources, { foo: "3" });
  assert.equal(ask(endpoints(z.version!, z.nonce))[0]?.kind, "accepted");
});

Deno.test("a NACK is known by its error, not by versions: a new name comes with the old version", () => {
  const store = storeOf(resource("foo", "1", endpoint), resource("bar", "1", endpoint));
  const { ask, next } = open(sotwProtocol, store);
  const request = (resourceNames: string[], fields: SotwFields = {}) =>
    DiscoveryRequest.encode({ typeUrl: endpoint, node, resourceNames, ...fields }).finish();
  ask(request(["foo"]));
  const first = said(next())!;
  const known = { versionInfo: first.version!, responseNonce: first.nonce };
  ask(request(["foo"], known));
  // The same version and nonce again, as a NACK would have them, but it wants one more name.
  assert.deepEqual(ask(request(["foo", "bar"], known)), []);
  const second = said(next())!;
  assert.deepEqual(second.resources, { bar: "1" });
  const [refused] = ask(
    request(["foo", "bar"], {
      versionInfo: first.version!,
      responseNonce: second.nonce,
      errorDetail: { message: "bar is bad" },
    }),
  );
  assert.equal(refused?.kind, "refused");
});
