import assert from "node:assert/strict";
import { systemClock } from "../../base/clock.ts";
import { FakeClock } from "../../base/fake_clock.ts";
import { createLogger, silentLogger } from "../../base/logger.ts";
import { Registry } from "../../base/metrics.ts";
import { envoy, typeUrls } from "../proto/mod.ts";
import type { DiscoveryMethod } from "./discovery_methods.ts";
import { DiscoveryService, type DiscoveryServiceOptions } from "./discovery_service.ts";
import { ResourceStores } from "./resource_stores.ts";
import { put, resource as resourceOf } from "./testing/requests.ts";
import { SocketPace } from "./socket_pace.ts";
import type { StreamTransport } from "./transport.ts";
import type { XdsError } from "./xds_error.ts";
import type { AcknowledgedEvent, RejectedEvent, StreamEvent } from "./xds_events.ts";

const { DeltaDiscoveryRequest, DeltaDiscoveryResponse } = envoy.service.discovery.v3;
const { cluster, endpoint, listener } = typeUrls;
const aggregated: DiscoveryMethod = { path: "", variant: "delta" };

/** A transport that keeps what is sent. */
class Line implements StreamTransport {
  readonly peer = { address: "127.0.0.1:5" };
  readonly sent: Uint8Array[] = [];
  /** How the server ended the stream; `ended` is set in any case. */
  error: XdsError | undefined;
  ended = false;
  full = false;

  send(message: Uint8Array): boolean {
    this.sent.push(message);
    return !this.full;
  }

  end(error?: XdsError): void {
    this.ended = true;
    this.error = error;
  }

  get last() {
    return DeltaDiscoveryResponse.decode(this.sent.at(-1)!);
  }
}

function setUp(options: Partial<DiscoveryServiceOptions> = {}) {
  const stores = new ResourceStores();
  const clock = new FakeClock();
  const service = new DiscoveryService({
    stores,
    clock,
    log: silentLogger,
    authorize: (_peer, node) => ({ fleet: node.id }),
    ...options,
  });
  const connect = (method = aggregated) => {
    const line = new Line();
    const session = service.open(line, method);
    const ask = (fields: envoy.service.discovery.v3.IDeltaDiscoveryRequest = {}) =>
      session.receive(
        DeltaDiscoveryRequest.encode({ typeUrl: listener, ...fields }).finish(),
      );
    return { line, session, ask };
  };
  return { stores, clock, service, connect };
}

const node = { id: "a", cluster: "a" };
const resource = (name: string, content: string) => resourceOf(name, content, listener);
const turns = () => new Promise<void>((resolve) => setImmediate(resolve));

Deno.test("nothing is answered before the stores are synced; then everything is", async () => {
  const { stores, service, connect } = setUp();
  using _service = service;
  const { line, ask } = connect();
  ask({ node });
  put(stores.get("a"), resource("web", "1"));
  await turns();
  assert.equal(line.sent.length, 0);
  stores.markSynced();
  await turns();
  assert.deepEqual(line.last.resources.map(({ name }) => name), ["web"]);
});

Deno.test("a client gets its own fleet's resources, and nothing else", async () => {
  const { stores, service, connect } = setUp();
  using _service = service;
  put(stores.get("a"), resource("mine", "1"));
  put(stores.get("b"), resource("other", "1"));
  stores.markSynced();
  const { line, ask } = connect();
  ask({ node });
  await turns();
  put(stores.get("b"), resource("other", "2"));
  await turns();
  assert.equal(line.sent.length, 1);
  assert.deepEqual(line.last.resources.map(({ name }) => name), ["mine"]);
});

Deno.test("who is refused is told why, and gets nothing", async () => {
  const { stores, service, connect } = setUp({ authorize: () => ({ refused: "unknown node" }) });
  using _service = service;
  stores.markSynced();
  const { line, ask } = connect();
  ask({ node });
  await turns();
  assert.equal(line.error?.reason, "Refused");
  assert.equal(line.error?.message, "unknown node");
  assert.equal(line.sent.length, 0);
});

Deno.test("clients that come again and again to be refused do not fill the log", async () => {
  const lines: string[] = [];
  const log = createLogger({ level: "warn", write: (line) => lines.push(line) });
  const { clock, service, connect } = setUp({
    log,
    authorize: () => ({ refused: "unknown node" }),
  });
  using _service = service;
  for (let count = 0; count < 500; count++) connect().ask({ node });
  assert.equal(lines.length, 100);
  await clock.advance(1_000);
  connect().ask({ node });
  assert.equal(JSON.parse(lines.at(-1)!).leftOut, 400);
});

Deno.test("requests that come while the client is being authorized are not lost", async () => {
  const decision = Promise.withResolvers<{ fleet: string }>();
  const { stores, service, connect } = setUp({ authorize: () => decision.promise });
  using _service = service;
  put(stores.get("a"), resourceOf("web", "1", typeUrls.endpoint));
  stores.markSynced();
  const { line, ask } = connect();
  ask({ node });
  ask({ typeUrl: typeUrls.endpoint, resourceNamesSubscribe: ["web"] });
  await turns();
  assert.equal(line.sent.length, 0);
  decision.resolve({ fleet: "a" });
  await turns();
  assert.equal(line.sent.length, 2);
});

Deno.test("a decision that comes too late, or fails, harms nobody", async () => {
  const late = Promise.withResolvers<{ fleet: string }>();
  const { service, connect } = setUp({
    authorize: (_peer, { id }) => id === "late" ? late.promise : Promise.reject(new Error("no")),
  });
  using _service = service;
  const gone = connect();
  gone.ask({ node: { id: "late" } });
  gone.session.close();
  late.resolve({ fleet: "a" });
  const failed = connect();
  failed.ask({ node });
  await turns();
  assert.equal(failed.line.error?.reason, "Unavailable");
  assert.equal(service.snapshot().streams.length, 0);
});

Deno.test("the node is remembered from the first request; another one ends the stream", async () => {
  const { stores, service, connect } = setUp();
  using _service = service;
  stores.markSynced();
  const { line, ask } = connect();
  ask({ node });
  ask({ typeUrl: endpoint, resourceNamesSubscribe: ["web"] });
  await turns();
  assert.equal(line.sent.length, 2);
  ask({ typeUrl: typeUrls.route, node: { id: "b" } });
  assert.equal(line.error?.reason, "Refused");
});

Deno.test("bytes that are no request end that stream and no other", async () => {
  const { stores, service, connect } = setUp();
  using _service = service;
  stores.markSynced();
  const [bad, good] = [connect(), connect()];
  good.ask({ node });
  bad.session.receive(new Uint8Array([0xff, 0xff, 0xff]));
  assert.equal(bad.line.error?.reason, "InvalidRequest");
  await turns();
  assert.equal(good.line.sent.length, 1);
  assert.equal(good.line.ended, false);
});

Deno.test("a transport whose buffer is full gets no more until it has drained", async () => {
  const { stores, service, connect } = setUp();
  using _service = service;
  stores.markSynced();
  const { line, session, ask } = connect();
  line.full = true;
  ask({ node });
  ask({ typeUrl: endpoint, resourceNamesSubscribe: ["web"] });
  await turns();
  assert.equal(line.sent.length, 1);
  line.full = false;
  session.drained();
  await turns();
  assert.equal(line.sent.length, 2);
});

Deno.test("a client that does not answer costs one response, however much changes", async () => {
  const { stores, service, connect } = setUp();
  using _service = service;
  stores.markSynced();
  const { line, ask } = connect();
  ask({ node });
  await turns();
  for (let i = 0; i < 1000; i++) {
    put(stores.get("a"), resource(`web-${i % 10}`, String(i)));
    if (i % 100 === 0) await turns();
  }
  assert.equal(line.sent.length, 1);
  ask({ responseNonce: line.last.nonce });
  await turns();
  assert.equal(line.sent.length, 2);
  assert.equal(line.last.resources.length, 10);
});

Deno.test("one big change for many clients lets the event loop run in between", async () => {
  const { stores, service, connect } = setUp({ clock: systemClock });
  using _service = service;
  stores.markSynced();
  const store = stores.get("a");
  const names = Array.from({ length: 2000 }, (_, i) => `web-${i}`);
  const clients = Array.from({ length: 50 }, () => connect());
  /** Waits until all have as many responses; on a busy machine even empty ones take several slices. */
  const responded = async (count: number): Promise<number> => {
    let breaks = 0;
    while (clients.some(({ line }) => line.sent.length < count)) {
      await turns();
      breaks++;
    }
    return breaks;
  };
  for (const { ask } of clients) ask({ node });
  await responded(1);
  for (const { line, ask } of clients) ask({ responseNonce: line.last.nonce });
  store.set("all", names.map((name) => resource(name, "x".repeat(100))));
  const breaks = await responded(2);
  assert(breaks > 3, `${breaks} times`);
});

Deno.test("observers are told of streams, acknowledgements and refusals", async () => {
  const streams: StreamEvent[] = [];
  const accepted: AcknowledgedEvent[] = [];
  const refused: RejectedEvent[] = [];
  const { stores, service, connect } = setUp({
    onStream: (event) => streams.push(event),
    onAcknowledged: (event) => accepted.push(event),
    onRejected: (event) => refused.push(event),
  });
  using _service = service;
  const web = resource("web", "1");
  put(stores.get("a"), web);
  stores.markSynced();
  const { line, session, ask } = connect();
  ask({ node });
  await turns();
  ask({ responseNonce: line.last.nonce });
  put(stores.get("a"), resource("web", "2"));
  await turns();
  ask({ responseNonce: line.last.nonce, errorDetail: { message: "bad cluster" } });
  session.close();

  assert.deepEqual(streams.map(({ kind, fleet }) => [kind, fleet]), [["opened", "a"], [
    "closed",
    "a",
  ]]);
  assert.deepEqual([...accepted[0]!.resources], [["web", web.version]]);
  assert.deepEqual(accepted[0]!.node, node);
  assert.equal(refused[0]!.message, "bad cluster");
  assert.deepEqual([...refused[0]!.resources], [["web", resource("web", "2").version]]);
});

Deno.test("an observer that fails does not end the stream", async () => {
  const { stores, service, connect } = setUp({
    onAcknowledged: () => {
      throw new Error("observer");
    },
  });
  using _service = service;
  stores.markSynced();
  const { line, ask } = connect();
  ask({ node });
  await turns();
  ask({ responseNonce: line.last.nonce });
  assert.equal(line.ended, false);
});

Deno.test("a fleet that is removed ends its streams, and a new store serves the next", async () => {
  const { stores, service, connect } = setUp();
  using _service = service;
  put(stores.get("a"), resource("web", "1"));
  stores.markSynced();
  const { line, ask } = connect();
  ask({ node });
  await turns();
  stores.remove("a");
  assert.equal(line.error?.reason, "Unavailable");
  const next = connect();
  next.ask({ node });
  await turns();
  assert.equal(next.line.last.resources.length, 0);
});

Deno.test("streams of one type, without a type URL in the request", async () => {
  const { stores, service, connect } = setUp();
  using _service = service;
  put(stores.get("a"), resource("web", "1"));
  stores.markSynced();
  const { line, ask } = connect({ path: "", variant: "delta", typeUrl: listener });
  ask({ node, typeUrl: "" });
  await turns();
  assert.equal(line.last.typeUrl, listener);
});

Deno.test("the snapshot shows streams, subscriptions, what is unanswered and what was refused", async () => {
  const { clock, stores, service, connect } = setUp();
  using _service = service;
  put(stores.get("a"), resource("web", "1"));
  stores.markSynced();
  const { line, ask } = connect();
  ask({ node });
  await turns();
  ask({ responseNonce: line.last.nonce, errorDetail: { message: "bad cluster" } });
  put(stores.get("a"), resource("web", "2"));
  await turns();
  assert.deepEqual(service.snapshot(), {
    synced: true,
    fleets: [{ fleet: "a", resources: { [listener]: 1 } }],
    streams: [{
      stream: 1,
      peer: "127.0.0.1:5",
      variant: "delta",
      state: "serving",
      fleet: "a",
      node,
      types: [{ typeUrl: listener, wildcard: true, names: 0, held: 1, unanswered: "2" }],
      rejection: {
        typeUrl: listener,
        names: ["web"],
        message: "bad cluster",
        at: new Date(clock.now()),
      },
    }],
  });
});

Deno.test("metrics count connections, streams, requests, responses and refusals", async () => {
  const metrics = new Registry();
  const { stores, service, connect } = setUp({ metrics });
  using _service = service;
  stores.markSynced();
  const { line, session, ask } = connect();
  ask({ node });
  await turns();
  ask({ responseNonce: line.last.nonce, errorDetail: { message: "no" } });
  ask({ typeUrl: "type.example/invented-by-a-client" });
  const text = await metrics.metrics();
  const label = `{type_url="${listener}"}`;
  for (
    const line of [
      "kubelb_envoy_control_plane_grpc_connections 1",
      `kubelb_envoy_control_plane_streams{variant="delta"} 1`,
      `kubelb_envoy_control_plane_grpc_requests_total${label} 2`,
      `kubelb_envoy_control_plane_grpc_requests_total{type_url="other"} 1`,
      `kubelb_envoy_control_plane_grpc_responses_total${label} 1`,
      `kubelb_envoy_control_plane_rejects_total${label} 1`,
    ]
  ) assert(text.includes(`${line}\n`), `${line} in\n${text}`);
  session.close();
  assert.match(await metrics.metrics(), /grpc_connections 0\n/);
});

Deno.test("disposal ends every stream and leaves no timer", async () => {
  const { stores, clock, service, connect } = setUp();
  stores.markSynced();
  const { line, ask } = connect();
  ask({ node });
  await turns();
  assert(clock.pending > 0);
  service[Symbol.dispose]();
  assert.equal(line.error?.reason, "Unavailable");
  assert.equal(clock.pending, 0);
});

Deno.test("with a deadline for answers, who owes one and says nothing loses its stream", async () => {
  const { stores, clock, connect } = setUp({ answerDeadline: 60_000 });
  put(stores.get("a"), resource("web", "1"));
  stores.markSynced();
  const [silent, slow] = [connect(), connect()];
  for (const { ask } of [silent, slow]) ask({ node });
  await turns();
  await clock.advance(50_000);
  // Another request, though not the answer, is a sign of life.
  slow.ask({ typeUrl: cluster });
  await turns();
  await clock.advance(10_000);
  assert.equal(silent.line.error?.reason, "Unavailable");
  assert.equal(slow.line.ended, false);
  slow.ask({ responseNonce: "1" });
  slow.ask({ typeUrl: cluster, responseNonce: "2" });
  await clock.advance(1e9);
  assert.equal(slow.line.ended, false, "it has answered everything");
});

Deno.test("a transport that fails to send ends that stream and no other", async () => {
  const { stores, connect } = setUp();
  const store = stores.get("a");
  put(store, resource("web", "1"));
  stores.markSynced();
  const [bad, good] = [connect(), connect()];
  bad.line.send = () => {
    throw new Error("broken pipe");
  };
  for (const { ask } of [bad, good]) ask({ node });
  await turns();
  assert.equal(bad.line.error?.reason, "Internal");
  assert.deepEqual(good.line.last.resources.map(({ name }) => name), ["web"]);
});

Deno.test("listeners that had to wait are sent when others have drained", async () => {
  const clock = new FakeClock();
  const pace = new SocketPace(clock, () => ({ addresses: 1, time: 60_000 }));
  const { stores, service, connect } = setUp({ clock, paceOf: () => pace });
  using _service = service;
  put(stores.get("a"), resource("web", "1"));
  stores.markSynced();
  const { line, ask } = connect();
  ask({ node });
  await turns();
  for (const content of ["2", "3", "4"]) {
    ask({ responseNonce: line.last.nonce });
    put(stores.get("a"), resource("web", content));
    await turns();
  }
  assert.equal(line.sent.length, 2);
  await clock.advance(70_000);
  await turns();
  assert.equal(line.sent.length, 3);
  assert.equal(line.last.resources[0]?.version, resource("web", "4").version);
  pace[Symbol.dispose]();
});
