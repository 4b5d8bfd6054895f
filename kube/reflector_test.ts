import assert from "node:assert/strict";
import { type KubeObject, resourceType } from "../apis/meta/v1.ts";
import { FakeClock } from "../base/fake_clock.ts";
import { createLogger } from "../base/logger.ts";
import { Registry } from "../base/metrics.ts";
import { ApiError, type ApiErrorReason } from "./api_error.ts";
import type { ListOptions, ListPage, WatchOptions } from "./client.ts";
import { FakeWatch } from "./fake_api.ts";
import { ObjectCache } from "./object_cache.ts";
import { Reflector } from "./reflector.ts";
import type { ReflectorClient } from "./reflector_client.ts";
import { ReflectorMetrics } from "./reflector_metrics.ts";

const type = resourceType<KubeObject>("kubelb.k8c.io", "v1alpha1", "Route", "routes", true);

function object(name: string, version: number): KubeObject {
  const metadata = { name, namespace: "a", resourceVersion: String(version), uid: name };
  return { apiVersion: "v1", kind: "Route", metadata };
}

const added = (name: string, version: number) => ({ type: "ADDED", object: object(name, version) });
const endOfList = (version: number) => ({
  type: "BOOKMARK",
  object: {
    metadata: {
      resourceVersion: String(version),
      annotations: { "k8s.io/initial-events-end": "true" },
    },
  },
});

const refusal = (reason: ApiErrorReason) =>
  new ApiError(reason, reason, { call: { verb: "watch", path: "/" } });

/** Hands out watches that tests write to; refuses, when told to. */
class FakeClient implements ReflectorClient {
  readonly name = "hub";
  readonly watches: (WatchOptions & { stream: FakeWatch })[] = [];
  readonly lists: ListOptions[] = [];
  pages: ListPage<KubeObject>[] = [];
  refuse: ApiError | undefined;
  refuseOnce: ApiError | undefined;
  reconnects = 0;

  async list<T extends KubeObject>(_type: unknown, options: ListOptions): Promise<ListPage<T>> {
    this.lists.push(options);
    if (this.refuse) throw this.refuse;
    return this.pages.shift() as ListPage<T>;
  }

  async watch(_type: unknown, options: WatchOptions, signal: AbortSignal) {
    const refused = this.refuse ?? this.refuseOnce;
    this.refuseOnce = undefined;
    if (refused) throw refused;
    const stream = new FakeWatch(signal);
    this.watches.push({ ...options, stream });
    return stream.body;
  }

  reconnect(): void {
    this.reconnects++;
  }

  get last() {
    return this.watches.at(-1)!;
  }
}

function start(prepare: (client: FakeClient) => void = () => {}) {
  const client = new FakeClient();
  prepare(client);
  const clock = new FakeClock();
  const registry = new Registry();
  const cache = new ObjectCache<KubeObject>();
  const lines: string[] = [];
  const log = createLogger({ clock, write: (line) => lines.push(line) });
  const metrics = new ReflectorMetrics(registry, "hub", "routes.kubelb.k8c.io");
  const reflector = new Reflector({
    client,
    type,
    selection: { namespace: "a" },
    cache,
    log,
    clock,
    random: () => 0,
    metrics,
  });
  const stop = new AbortController();
  const running = reflector.run(stop.signal);
  return {
    client,
    clock,
    registry,
    cache,
    lines,
    reflector,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await clock.advance(0);
      await running;
      assert.equal(clock.pending, 0, "a timer is left");
    },
  };
}

const names = (cache: ObjectCache<KubeObject>) => cache.list().map(({ metadata }) => metadata.name);

Deno.test("a streaming list fills the cache in one step, and goes on as a watch", async () => {
  await using run = start();
  const { client, cache, clock } = run;
  await clock.advance(0);
  assert.equal(client.last.sendInitialEvents, true);
  assert.equal(client.last.namespace, "a");
  client.last.stream.send(added("x", 3), added("y", 4));
  await clock.advance(0);
  assert.equal(cache.synced, false);
  assert.equal(cache.size, 0);
  client.last.stream.send(endOfList(5), added("z", 6));
  await clock.advance(0);
  assert.deepEqual(names(cache), ["x", "y", "z"]);
  assert.equal(client.watches.length, 1);
});

Deno.test("a server without streaming lists is read page by page", async () => {
  await using run = start((client) => {
    client.refuseOnce = refusal("Invalid");
    client.pages = [
      { items: [object("x", 1)], resourceVersion: "9", continue: "more" },
      { items: [object("y", 2)], resourceVersion: "9" },
    ];
  });
  const { client, cache, clock } = run;
  await clock.advance(0);
  assert.deepEqual(client.lists.map(({ limit, continue: token }) => [limit, token]), [
    [500, undefined],
    [500, "more"],
  ]);
  assert.deepEqual(names(cache), ["x", "y"]);
  assert.equal(client.last.resourceVersion, "9");
  assert.equal(client.last.sendInitialEvents, undefined);
});

Deno.test("a watch that ends goes on from its last bookmark", async () => {
  await using run = start();
  const { client, clock } = run;
  await clock.advance(0);
  client.last.stream.send(endOfList(5), {
    type: "BOOKMARK",
    object: { metadata: { resourceVersion: "77" } },
  });
  await clock.advance(60_000);
  client.last.stream.end();
  await clock.advance(0);
  assert.equal(client.watches.length, 2);
  assert.equal(client.last.resourceVersion, "77");
});

Deno.test("410 in the stream leads to a new list that finds what was missed", async () => {
  await using run = start();
  const { client, cache, clock, registry } = run;
  await clock.advance(0);
  client.last.stream.send(added("kept", 1), added("gone", 2), endOfList(5));
  await clock.advance(20_000);
  client.last.stream.send({
    type: "ERROR",
    object: { code: 410, reason: "Expired", message: "old" },
  });
  await clock.advance(100);
  client.last.stream.send(added("kept", 1), added("new", 90), endOfList(100));
  await clock.advance(0);
  assert.deepEqual(names(cache), ["kept", "new"]);
  const text = await registry.metrics();
  assert.match(text, /^reflector_events_found_by_relist_total\{.*\} 2$/m);
  assert.match(text, /^reflector_lists_total\{.*\} 2$/m);
});

Deno.test("a malformed line is counted and answered by a new list, not by an end", async () => {
  await using run = start();
  const { client, cache, clock, registry } = run;
  await clock.advance(0);
  client.last.stream.send(endOfList(5));
  await clock.advance(20_000);
  client.last.stream.send("<html>proxy error</html>", added("lost", 6));
  await clock.advance(100);
  assert.equal(client.watches.length, 2);
  client.last.stream.send(added("lost", 6), endOfList(9));
  await clock.advance(0);
  assert.deepEqual(names(cache), ["lost"]);
  assert.match(await registry.metrics(), /^reflector_malformed_events_total\{.*\} 1$/m);
});

Deno.test("a half-open connection is noticed, dropped and replaced", async () => {
  await using run = start();
  const { client, cache, clock } = run;
  client.pages = [{ items: [], resourceVersion: "5" }];
  await clock.advance(0);
  client.last.stream.send(endOfList(5));
  await clock.advance(150_000);
  assert.equal(client.watches.length, 2);
  assert.equal(client.reconnects, 1);
  assert.equal(client.last.resourceVersion, "5");
  client.last.stream.send(added("x", 6));
  await clock.advance(0);
  assert.deepEqual(names(cache), ["x"]);
});

Deno.test("a stream that is not silent is left alone", async () => {
  await using run = start();
  const { client, clock } = run;
  await clock.advance(0);
  client.last.stream.send(endOfList(5));
  for (let minute = 1; minute < 10; minute++) {
    await clock.advance(60_000);
    const metadata = { resourceVersion: String(5 + minute) };
    client.last.stream.send({ type: "BOOKMARK", object: { metadata } });
  }
  await clock.advance(0);
  assert.equal(client.watches.length, 1);
});

Deno.test("an event cut in half by the end of its stream is asked for again", async () => {
  await using run = start();
  const { client, cache, clock } = run;
  await clock.advance(0);
  client.last.stream.send(endOfList(5));
  await clock.advance(20_000);
  client.last.stream.send(added("x", 6));
  client.last.stream.sendBytes(JSON.stringify(added("y", 7)).slice(0, 30));
  client.last.stream.end();
  await clock.advance(0);
  assert.equal(client.last.resourceVersion, "6");
  assert.deepEqual(names(cache), ["x"]);
});

Deno.test("an API server that comes back with an earlier history is listed anew", async () => {
  await using run = start();
  const { client, cache, clock } = run;
  await clock.advance(0);
  client.last.stream.send(added("x", 90), endOfList(100));
  await clock.advance(20_000);
  client.pages = [{ items: [], resourceVersion: "50" }];
  client.last.stream.fail(new TypeError("connection reset"));
  await clock.advance(200);
  client.last.stream.send(added("y", 40), endOfList(51));
  await clock.advance(0);
  assert.deepEqual(names(cache), ["y"]);
});

Deno.test("silence may hide an earlier history: the list that asks finds it", async () => {
  await using run = start();
  const { client, cache, clock } = run;
  await clock.advance(0);
  client.last.stream.send(added("x", 90), endOfList(100));
  await clock.advance(0);
  client.pages = [{ items: [], resourceVersion: "50" }];
  await clock.advance(150_000 + 100);
  client.last.stream.send(added("y", 40), endOfList(51));
  await clock.advance(0);
  assert.deepEqual(names(cache), ["y"]);
});

Deno.test("a change that is older than the last one is of another history", async () => {
  await using run = start();
  const { client, cache, clock } = run;
  await clock.advance(0);
  client.last.stream.send(added("x", 90), endOfList(100));
  await clock.advance(0);
  client.last.stream.send(added("y", 40));
  await clock.advance(200);
  assert.equal(client.last.sendInitialEvents, true);
  client.last.stream.send(added("y", 40), endOfList(51));
  await clock.advance(0);
  assert.deepEqual(names(cache), ["y"]);
});

Deno.test("trouble is readable while it lasts, logged once, and its end as well", async () => {
  await using run = start((client) => client.refuse = refusal("Forbidden"));
  const { client, clock, reflector, lines } = run;
  await clock.advance(30_000);
  assert.equal(reflector.problem?.reason, "Forbidden");
  assert.equal(lines.filter((line) => line.includes("Forbidden")).length, 1);
  await clock.advance(60_000);
  assert.equal(lines.filter((line) => line.includes("Forbidden")).length, 2, "a reminder a minute");
  client.refuse = undefined;
  await clock.advance(25_000);
  client.last.stream.send(endOfList(5));
  await clock.advance(0);
  assert.equal(reflector.problem, undefined);
  assert(lines.some((line) => line.includes("watching again")));
});

Deno.test("the end closes the stream", async () => {
  const run = start();
  await run.clock.advance(0);
  const { stream } = run.client.last;
  stream.send(endOfList(5));
  await run.clock.advance(0);
  await run[Symbol.asyncDispose]();
  assert.throws(() => stream.send("late"));
});
