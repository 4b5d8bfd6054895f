/**
 * A watch under fault: whatever happens to it, the cache ends up equal to the API server, each
 * deletion is told exactly once, and a list is repeated only where nothing else can help.
 *
 * Themes of client-go's reflector and shared informer tests, and where each is covered:
 * - connection backoff, 429 without relist, internal error retry, expired → relist, watch closed,
 *   disruption, store replacement deletes: here. Delays and page size as a table: `kube/reflector_step_test.ts`.
 * - full list if expired, pages lost, WatchList and its fallback: `list_faults_test.ts`.
 * - versions that go back: `history_faults_test.ts`.
 * - close and stop before, during and after: here (last tests); handlers, panics: `kube/object_cache_test.ts`.
 * - start race, multiple registration: `kube/informers_test.ts`. Transformer: `kube/object_cache_test.ts`.
 * - resync periods: there are none; controllers are level-based and re-run by `requeueAfter`.
 */
import assert from "node:assert/strict";
import { configMaps } from "../../apis/core/v1.ts";
import { delay } from "../../base/clock.ts";
import {
  eventually,
  type Fault,
  FaultTable,
  lists,
  sharedControlPlane,
  watches,
} from "../harness/mod.ts";
import { hurriedClock } from "./hurried_clock.ts";
import { type Mirror, type MirrorOptions, startMirror } from "./mirror.ts";
import { clientOf, startInformer } from "./test_client.ts";

const plane = sharedControlPlane({ name: "watch-faults" });
const table = FaultTable.ofFile("watch");
const watch = watches("configmaps");

interface Row {
  readonly name: string;
  /** Strikes the open watch. Default: cut, so that the next request meets `next`. */
  readonly open?: Fault;
  /** Met by the requests that follow. */
  readonly next?: { readonly fault: Fault; readonly times: number };
  /** Complete lists in the end, the first included. */
  readonly lists: 1 | 2;
  readonly options?: Partial<MirrorOptions>;
}

const retried = (fault: Fault, times: number) => ({ next: { fault, times }, lists: 1 as const });

const rows: Row[] = [
  { name: "a cut connection", open: { kind: "cut" }, lists: 1 },
  { name: "a watch that the server ends", open: { kind: "end" }, lists: 1 },
  { name: "a watch that is ended at once, three times", ...retried({ kind: "end" }, 3) },
  { name: "a watch that breaks inside a line", ...retried({ kind: "cut", after: 100 }, 2) },
  { name: "a slow watch", ...retried({ kind: "slow", delay: 100 }, 1) },
  { name: "429 with Retry-After", ...retried({ kind: "status", status: 429, retryAfter: 1 }, 1) },
  { name: "500, three times", ...retried({ kind: "status", status: 500 }, 3) },
  { name: "503 with Retry-After", ...retried({ kind: "status", status: 503, retryAfter: 1 }, 1) },
  { name: "504", ...retried({ kind: "status", status: 504 }, 2) },
  { name: "403 for a moment", ...retried({ kind: "status", status: 403 }, 1) },
  { name: "an ERROR event 500 in the watch", open: { kind: "error-event", status: 500 }, lists: 1 },
  { name: "an ERROR event 410 in the watch", open: { kind: "error-event", status: 410 }, lists: 2 },
  {
    name: "410 as the answer to a watch",
    next: { fault: { kind: "status", status: 410 }, times: 1 },
    lists: 2,
  },
  {
    name: "the real server's own 410: a version that it has forgotten",
    next: {
      fault: { kind: "ask", change: (query) => query.set("resourceVersion", "1") },
      times: 1,
    },
    lists: 2,
  },
  { name: "a garbage line", open: { kind: "garbage", line: "<html>bad gateway</html>" }, lists: 2 },
  { name: "an event without an object", open: { kind: "garbage", line: "{}" }, lists: 2 },
  {
    name: "an event of an unknown type",
    open: {
      kind: "garbage",
      line: '{"type":"WHAT","object":{"metadata":{"resourceVersion":"9"}}}',
    },
    lists: 2,
  },
  {
    name: "a version that goes back",
    next: { fault: { kind: "rewind", by: 1_000_000 }, times: 1 },
    lists: 2,
  },
  {
    name: "a request that nobody answers",
    ...retried({ kind: "stall" }, 2),
    options: { timeout: 500 },
  },
  {
    name: "an answer that does not begin",
    ...retried({ kind: "half-open" }, 2),
    options: { timeout: 500 },
  },
  {
    name: "a half-open watch (time passes 100 times as fast)",
    open: { kind: "half-open" },
    lists: 1,
    options: { clock: hurriedClock(100) },
  },
];

/** Changes, deletes and creates one object each, while the informer cannot see it. */
async function change({ direct, namespace }: Mirror): Promise<void> {
  const own = { fieldManager: "test" };
  await direct.apply(configMaps, {
    metadata: { namespace, name: "changed" },
    data: { v: "after" },
  }, own);
  await direct.delete(configMaps, { namespace, name: "deleted" });
  await direct.apply(configMaps, { metadata: { namespace, name: "added" } }, own);
}

function present(namespace: string): NonNullable<MirrorOptions["before"]> {
  return async (_proxy, direct) => {
    for (const name of ["kept", "changed", "deleted"]) {
      await direct.create(configMaps, { metadata: { namespace, name }, data: { v: "before" } });
    }
  };
}

for (const [index, row] of rows.entries()) {
  const relisted = row.lists === 2 ? "needs one new list" : "needs no new list";
  Deno.test(`${row.name} ${relisted}, and nothing is lost`, async () => {
    const namespace = `row-${index}`;
    const options = { namespace, before: present(namespace), ...row.options };
    await using mirror = await startMirror(plane(), options);
    const { proxy, told } = mirror;
    const { open = { kind: "cut" }, next } = row;
    using injection = next && proxy.inject(watch, next.fault, next.times);
    assert.equal(await proxy.strike(watch, open), 1);
    await change(mirror);
    if (injection) await eventually(() => injection.hits === next.times);
    const recovery = await mirror.converged();
    assert.equal(await mirror.count("reflector_lists_total"), row.lists);
    const gone = told.filter(({ type }) => type === "deleted");
    assert.deepEqual(gone.map(({ object }) => object.metadata.name), ["deleted"]);
    assert.deepEqual(gone[0]?.object.data, { v: "before" }, "its last state");
    assert.equal(told.length, 3, "no event twice");
    await eventually(() => mirror.informer.problem === undefined);
    table.survived(row.name, next?.times ?? 1, recovery);
  });
}

Deno.test("a refused connection is tried again, without a list", async () => {
  const namespace = "refused";
  await using mirror = await startMirror(plane(), { namespace, before: present(namespace) });
  const { proxy, informer } = mirror;
  await proxy.refuse();
  await change(mirror);
  await eventually(() => informer.problem?.reason === "Unreachable");
  assert(informer.cache.get("refused/deleted"), "the last known state stays");
  proxy.accept();
  const recovery = await mirror.converged();
  assert.equal(await mirror.count("reflector_lists_total"), 1);
  table.survived("a refused connection", 1, recovery);
});

Deno.test("an hour without the API server costs a try every minute, and no list", async () => {
  const namespace = "hour";
  const factor = 900;
  const clock = hurriedClock(factor);
  await using mirror = await startMirror(plane(), {
    namespace,
    before: present(namespace),
    clock,
    // In hurried time the default would be over before a real server has answered.
    timeout: 10_000 * factor,
  });
  const { proxy } = mirror;
  await proxy.refuse();
  await change(mirror);
  await delay(clock, 3_600_000);
  const tries = await mirror.count("reflector_failures_total");
  assert(tries >= 20 && tries <= 150, `${tries} tries in an hour`);
  proxy.accept();
  const recovery = await mirror.converged();
  assert.equal(await mirror.count("reflector_lists_total"), 1);
  table.survived(
    `an hour of refused connections (time passes ${factor} times as fast)`,
    tries,
    recovery,
  );
});

Deno.test("a watch goes on from its last bookmark, not from its last event", async () => {
  await using mirror = await startMirror(plane(), {
    namespace: "bookmarks",
    // The real server sends a bookmark shortly before it ends a watch.
    before: (proxy) =>
      void proxy.inject(watch, {
        kind: "ask",
        change: (query) => query.set("timeoutSeconds", "4"),
      }),
  });
  const { proxy, direct } = mirror;
  const elsewhere = { metadata: { namespace: "default", name: "elsewhere" } };
  const { metadata } = await direct.create(configMaps, elsewhere);
  await eventually(() => mirror.requested(watch) === 2);
  const { target } = proxy.requests.filter(watch).at(-1)!;
  const version = Number(new URLSearchParams(target.split("?")[1]).get("resourceVersion"));
  assert(version >= Number(metadata.resourceVersion), `${version} is older than what was written`);
  assert.equal(mirror.told.length, 0);
});

Deno.test("429 is not answered by a request before the time that it names", async () => {
  await using mirror = await startMirror(plane(), { namespace: "patience" });
  const { proxy } = mirror;
  proxy.inject(watch, { kind: "status", status: 429, retryAfter: 2 });
  await proxy.strike(watch, { kind: "cut" });
  await eventually(() => mirror.requested(watch) === 2);
  const refused = performance.now();
  await eventually(() => mirror.requested(watch) === 3);
  const waited = performance.now() - refused;
  assert(waited > 1_800, `asked again after ${waited} ms`);
  assert.equal(mirror.requested(lists("configmaps")), 1, "only to ask about the history");
});

Deno.test("an informer that is stopped while its watch is half-open ends at once", async () => {
  const mirror = await startMirror(plane(), { namespace: "stopped" });
  await mirror.proxy.strike(watch, { kind: "half-open" });
  const start = performance.now();
  await mirror[Symbol.asyncDispose]();
  assert(performance.now() - start < 1_000);
});

Deno.test("an informer that is stopped before it starts asks nothing, and ends", async () => {
  await using mirror = await startMirror(plane(), { namespace: "never" });
  using client = await clientOf(await mirror.proxy.kubeconfig());
  const before = mirror.proxy.requests.length;
  const running = await startInformer(client, configMaps, { namespace: "never", wait: false });
  await running[Symbol.asyncDispose]();
  assert.equal(running.informer.cache.synced, false);
  assert(mirror.proxy.requests.length - before <= 1);
});
