import assert from "node:assert/strict";
import { typeUrls } from "../proto/mod.ts";
import { DiscoveryStream, type DiscoveryStreamOptions } from "./discovery_stream.ts";
import { deltaProtocol, sotwProtocol } from "./protocol.ts";
import type { DeltaRequest } from "./request.ts";
import type { ResourceStore } from "./resource_store.ts";
import { delta, drop, put, readDelta, resource, sotw, storeOf } from "./testing/requests.ts";
import { XdsError } from "./xds_error.ts";

const { cluster, endpoint, listener, route } = typeUrls;

function deltaStream(
  store: ResourceStore,
  options: Partial<DiscoveryStreamOptions<DeltaRequest>> = {},
): DiscoveryStream<DeltaRequest> {
  const stream = new DiscoveryStream({ protocol: deltaProtocol, store, ...options });
  store.subscribe((change) => stream.changed(change));
  return stream;
}

const shortNames: Record<string, string> = {
  [cluster]: "cluster",
  [endpoint]: "endpoint",
  [listener]: "listener",
  [route]: "route",
};

/** Takes and accepts all that the stream has to say, in its order: `+` sent, `-` removed. */
function hearAll(stream: DiscoveryStream<DeltaRequest>, accept = true): string[] {
  const heard: string[] = [];
  for (let response = stream.next(); response; response = stream.next()) {
    const { typeUrl, nonce, resources, removed } = readDelta(response);
    const type = shortNames[typeUrl] ?? typeUrl;
    heard.push(...Object.keys(resources).map((name) => `+${type} ${name}`));
    heard.push(...removed.map((name) => `-${type} ${name}`));
    if (accept) stream.receive(delta({ typeUrl, nonce }));
  }
  return heard;
}

/** Subscribes to everything that Envoy would, for one web service. */
function subscribeAll(stream: DiscoveryStream<DeltaRequest>): void {
  stream.receive(delta({ typeUrl: cluster }));
  stream.receive(delta({ typeUrl: endpoint, subscribe: ["web"] }));
  stream.receive(delta({ typeUrl: listener }));
  stream.receive(delta({ typeUrl: route, subscribe: ["web"] }));
}

const web = () =>
  storeOf(...[cluster, endpoint, listener, route].map((t) => resource("web", "1", t)));

Deno.test("types are sent in the order in which they name each other, whoever asked first", () => {
  const stream = deltaStream(web());
  stream.receive(delta({ typeUrl: route, subscribe: ["web"] }));
  stream.receive(delta({ typeUrl: listener }));
  stream.receive(delta({ typeUrl: endpoint, subscribe: ["web"] }));
  stream.receive(delta({ typeUrl: cluster }));
  assert.deepEqual(hearAll(stream), [
    "+cluster web",
    "+endpoint web",
    "+listener web",
    "+route web",
  ]);
});

Deno.test("a response holds 32 KiB, but a megabyte of clusters, and first all listeners", () => {
  const names = Array.from({ length: 200 }, (_, index) => `web-${index}`);
  const content = "x".repeat(1000);
  const responses = (typeUrl: string) => {
    const store = storeOf(...names.map((name) => resource(name, content, typeUrl)));
    const stream = deltaStream(store);
    stream.receive(delta({ typeUrl, subscribe: typeUrl === endpoint ? names : [] }));
    const hear = () => {
      const sizes: number[] = [];
      for (let response = stream.next(); response; response = stream.next()) {
        sizes.push(response.bytes.length);
        stream.receive(delta({ typeUrl, nonce: response.inFlight.nonce }));
      }
      return Math.max(...sizes);
    };
    const first = hear();
    for (const name of names) put(store, resource(name, `${content}y`, typeUrl));
    return { first, later: hear() };
  };
  const small = 32 << 10;
  const all = 200 * 1000;
  const ofEndpoints = responses(endpoint);
  assert(ofEndpoints.first <= small && ofEndpoints.later <= small);
  const ofClusters = responses(cluster);
  assert(ofClusters.first > all && ofClusters.later > all);
  const ofListeners = responses(listener);
  assert(ofListeners.first > all && ofListeners.later <= small);
});

Deno.test("a client that starts is told of no cluster first, and of listeners when it has read all", () => {
  const stream = deltaStream(web());
  subscribeAll(stream);
  const greeting = stream.next()!;
  assert.deepEqual([greeting.typeUrl, greeting.inFlight.resources.size], [cluster, 0]);
  assert.deepEqual(hearAll(stream, false), ["+endpoint web"]);
  stream.receive(delta({ typeUrl: cluster, nonce: greeting.inFlight.nonce }));
  const clusters = stream.next()!;
  assert.deepEqual([...clusters.inFlight.resources.keys()], ["web"]);
  assert.deepEqual(hearAll(stream, false), [], "its clusters are not answered yet");
  stream.receive(delta({ typeUrl: cluster, nonce: clusters.inFlight.nonce }));
  assert.deepEqual(hearAll(stream, false), ["+listener web", "+route web"]);
});

Deno.test("a client that starts gets listeners although a cluster of its first keeps warming", () => {
  const stream = deltaStream(web());
  subscribeAll(stream);
  const greeting = stream.next()!.inFlight.nonce;
  const endpoints = stream.next()!.inFlight.nonce;
  stream.receive(delta({ typeUrl: cluster, nonce: greeting }));
  stream.receive(delta({ typeUrl: endpoint, nonce: endpoints }));
  const clusters = stream.next()!.inFlight.nonce;
  assert.deepEqual(hearAll(stream), ["+endpoint web"], "they follow the cluster");
  stream.overdue(clusters);
  assert.deepEqual(hearAll(stream), ["+listener web", "+route web"]);
});

Deno.test("a client that starts gets listeners however many clusters keep coming", () => {
  const store = web();
  const stream = deltaStream(store);
  subscribeAll(stream);
  stream.receive(delta({ typeUrl: cluster, nonce: stream.next()!.inFlight.nonce }));
  const clusters = stream.next()!;
  assert.deepEqual([...clusters.inFlight.resources.keys()], ["web"]);
  put(store, resource("late", "1", cluster));
  stream.receive(delta({ typeUrl: cluster, nonce: clusters.inFlight.nonce }));
  assert.deepEqual(hearAll(stream, false), [
    "+cluster late",
    "+endpoint web",
    "+listener web",
    "+route web",
  ]);
});

Deno.test("a client that starts gets listeners although its first clusters went before they were sent", () => {
  const store = web();
  const stream = deltaStream(store);
  subscribeAll(stream);
  const greeting = stream.next()!.inFlight.nonce;
  stream.receive(delta({ typeUrl: cluster, nonce: greeting }));
  drop(store, "web", cluster);
  assert.deepEqual(hearAll(stream, false), ["+endpoint web", "+listener web", "+route web"]);
});

Deno.test("a client that starts and refuses its first clusters gets listeners all the same", () => {
  const stream = deltaStream(web());
  subscribeAll(stream);
  stream.receive(delta({ typeUrl: cluster, nonce: stream.next()!.inFlight.nonce }));
  const { nonce } = stream.next()!.inFlight;
  stream.receive(delta({ typeUrl: cluster, nonce, error: "no" }));
  assert.deepEqual(hearAll(stream, false), ["+endpoint web", "+listener web", "+route web"]);
});

Deno.test("a client that comes back is not told that there are no clusters", () => {
  const stream = deltaStream(web());
  const { version } = resource("web", "1", cluster);
  stream.receive(delta({ typeUrl: cluster, initialVersions: new Map([["web", version]]) }));
  assert.equal(stream.next(), undefined);
});

Deno.test("a cluster that changed is followed by its endpoints on the same stream", () => {
  const store = web();
  const stream = deltaStream(store);
  subscribeAll(stream);
  hearAll(stream);
  put(store, resource("web", "2", cluster));
  assert.deepEqual(hearAll(stream), ["+cluster web", "+endpoint web"]);
});

Deno.test("endpoints follow their cluster also when they were on their way before it", () => {
  const store = web();
  const stream = deltaStream(store);
  subscribeAll(stream);
  hearAll(stream);
  put(store, resource("web", "2", endpoint));
  const first = readDelta(stream.next()!);
  put(store, resource("web", "2", cluster));
  assert.equal(stream.next()?.typeUrl, cluster);
  assert.equal(stream.next(), undefined, "the endpoints before are not answered yet");
  stream.receive(delta({ typeUrl: endpoint, nonce: first.nonce }));
  assert.deepEqual(hearAll(stream), ["+endpoint web"]);
});

Deno.test("a client that comes back gets the endpoints of each cluster that changed meanwhile", () => {
  const store = web();
  const stream = deltaStream(store);
  stream.receive(delta({ typeUrl: cluster, initialVersions: new Map([["web", "old"]]) }));
  assert.deepEqual(hearAll(stream), ["+cluster web"]);
  const held = new Map([["web", resource("web", "1", endpoint).version]]);
  stream.receive(delta({ typeUrl: endpoint, subscribe: ["web"], initialVersions: held }));
  assert.deepEqual(hearAll(stream), ["+endpoint web"], "although it has that very version");
});

Deno.test("listeners and routes wait for clusters that are not sent yet", () => {
  const store = web();
  const stream = deltaStream(store);
  subscribeAll(stream);
  hearAll(stream);
  put(store, resource("a", "1", cluster));
  const first = stream.next()!;
  put(store, resource("b", "1", cluster));
  put(store, resource("b", "1", listener));
  put(store, resource("web", "2", route));
  assert.deepEqual(hearAll(stream), [], "cluster b waits for the answer to cluster a");
  stream.receive(delta({ typeUrl: cluster, nonce: first.inFlight.nonce }));
  assert.deepEqual(hearAll(stream), ["+cluster b", "+listener b", "+route web"]);
});

Deno.test("endpoints do not wait for clusters: Envoy accepts clusters only when they are warm", () => {
  const store = storeOf(resource("a", "1", cluster));
  const stream = deltaStream(store);
  stream.receive(delta({ typeUrl: cluster }));
  assert.equal(stream.next()?.typeUrl, cluster);
  put(store, resource("b", "1", cluster));
  put(store, resource("a", "1", endpoint));
  stream.receive(delta({ typeUrl: endpoint, subscribe: ["a"] }));
  assert.deepEqual(hearAll(stream), ["+endpoint a"]);
});

Deno.test("removals come last: routes and listeners, then clusters, then endpoints", () => {
  const store = web();
  const stream = deltaStream(store);
  subscribeAll(stream);
  hearAll(stream);
  for (const type of [endpoint, cluster, listener, route]) drop(store, "web", type);
  put(store, resource("next", "1", cluster));
  assert.deepEqual(hearAll(stream), [
    "+cluster next",
    "-listener web",
    "-route web",
    "-cluster web",
    "-endpoint web",
  ]);
});

Deno.test("what a client brought is not removed before it had the time to subscribe to routes", () => {
  const store = web();
  const stream = deltaStream(store);
  const held = new Map([["gone", "1"], ["web", resource("web", "1").version]]);
  stream.receive(delta({ typeUrl: cluster, initialVersions: held }));
  stream.receive(delta({ typeUrl: listener, initialVersions: held }));
  assert.deepEqual(hearAll(stream), ["-listener gone"]);
  stream.receive(
    delta({ typeUrl: route, subscribe: ["web"], initialVersions: new Map([["web", "old"]]) }),
  );
  assert.deepEqual(hearAll(stream), ["+route web"]);
  stream.settle();
  assert.deepEqual(hearAll(stream), ["-cluster gone"]);
});

Deno.test("one type's unanswered response does not hold up another's", () => {
  const store = web();
  const stream = deltaStream(store);
  subscribeAll(stream);
  hearAll(stream);
  put(store, resource("web", "2", endpoint));
  assert.deepEqual(hearAll(stream, false), ["+endpoint web"]);
  put(store, resource("web", "3", endpoint));
  put(store, resource("web", "2", listener));
  assert.deepEqual(hearAll(stream, false), ["+listener web"]);
});

Deno.test("clusters that Envoy reads but does not answer, since they warm, hold up no others", () => {
  const store = web();
  const stream = deltaStream(store);
  subscribeAll(stream);
  hearAll(stream);
  put(store, resource("slow", "1", cluster));
  const slow = stream.next()!.inFlight.nonce;
  put(store, resource("next", "1", cluster));
  stream.overdue(slow);
  assert.deepEqual(hearAll(stream), [], "the client may be one that does not read");
  put(store, resource("web", "2", endpoint));
  assert.deepEqual(hearAll(stream), ["+endpoint web", "+cluster next"], "it does read");
  const { answers } = stream.receive(delta({ typeUrl: cluster, nonce: slow }));
  assert.deepEqual(answers.map(({ kind }) => kind), ["accepted"], "the answer still counts");
});

Deno.test("every response has a nonce of its own", () => {
  const stream = deltaStream(web());
  subscribeAll(stream);
  const nonces = [stream.next(), stream.next(), stream.next()].map((r) => r?.inFlight.nonce);
  assert.equal(new Set(nonces).size, 3);
});

Deno.test("a type that nobody serves: names do not exist, and everything is nothing", () => {
  const stream = deltaStream(web());
  stream.receive(delta({ typeUrl: "type.example/Unknown", subscribe: ["x"] }));
  assert.deepEqual(hearAll(stream), ["-type.example/Unknown x"]);
  stream.receive(delta({ typeUrl: "type.example/Other" }));
  assert.deepEqual(hearAll(stream), []);
});

Deno.test("an aggregated stream's request without a type ends the stream", () => {
  assert.throws(
    () => deltaStream(web()).receive(delta({ typeUrl: "" })),
    (error) => error instanceof XdsError && error.reason === "InvalidRequest",
  );
});

Deno.test("a stream for one type needs no type URL, and takes no other", () => {
  const stream = deltaStream(web(), { typeUrl: listener });
  stream.receive(delta({ typeUrl: "" }));
  assert.deepEqual(hearAll(stream), ["+listener web"]);
  assert.throws(() => stream.receive(delta({ typeUrl: cluster })), /this stream is for .*Listener/);
});

Deno.test("a client cannot make the server remember types without end", () => {
  const stream = deltaStream(web());
  const ask = (i: number) => stream.receive(delta({ typeUrl: `type.example/${i}` }));
  for (let i = 0; i < 64; i++) ask(i);
  assert.throws(
    () => ask(64),
    (error) => error instanceof XdsError && error.reason === "TooMuch",
  );
});

Deno.test("state of the world: the cluster stays until the listener's removal was sent", () => {
  const store = web();
  const stream = new DiscoveryStream({ protocol: sotwProtocol, store });
  store.subscribe((change) => stream.changed(change));
  stream.receive(sotw({ typeUrl: cluster }));
  stream.receive(sotw({ typeUrl: listener }));
  const [clusters, listeners] = [stream.next()!, stream.next()!];
  stream.receive(sotw({ typeUrl: cluster, nonce: clusters.inFlight.nonce }));
  stream.receive(sotw({ typeUrl: listener, nonce: listeners.inFlight.nonce }));
  drop(store, "web", cluster);
  drop(store, "web", listener);
  const order = [stream.next()?.typeUrl, stream.next()?.typeUrl, stream.next()];
  assert.deepEqual(order, [listener, cluster, undefined]);
});
