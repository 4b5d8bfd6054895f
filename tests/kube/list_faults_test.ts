/**
 * The first list under fault, streamed (WatchList) and in pages: the cache is never synced with a
 * part of the objects, and each object is told once.
 */
import assert from "node:assert/strict";
import { configMaps } from "../../apis/core/v1.ts";
import type { KubeClient } from "../../kube/client.ts";
import {
  type Fault,
  type FaultProxy,
  FaultTable,
  lists,
  type Matcher,
  sharedControlPlane,
  watches,
} from "../harness/mod.ts";
import { hurriedClock } from "./hurried_clock.ts";
import { type MirrorOptions, startMirror } from "./mirror.ts";

const plane = sharedControlPlane({ name: "list-faults" });
const withoutWatchList = sharedControlPlane({
  name: "no-watch-list",
  apiServerFlags: ["--feature-gates=WatchList=false"],
});
const table = FaultTable.ofFile("list");
const list = lists("configmaps");
const stream = watches("configmaps");
const names = ["a", "b", "c", "d", "e"];

type Step = readonly [Matcher, Fault, number?];

const refused: Step = [stream, { kind: "status", status: 422 }];
const pagesOfTwo: Step = [list, { kind: "ask", change: (query) => query.set("limit", "2") }];

function withoutStreaming(query: URLSearchParams): void {
  query.delete("sendInitialEvents");
  query.delete("resourceVersionMatch");
}

interface Row {
  readonly name: string;
  /** Injected in this order before the informer starts. */
  readonly steps: readonly Step[];
  /** At the server without the feature. */
  readonly old?: true;
  readonly options?: Partial<MirrorOptions>;
  /** List requests in the end; a streamed list needs none. Left out where both may be. */
  readonly lists?: number;
}

const rows: Row[] = [
  { name: "a streaming list called invalid", steps: [refused], lists: 1 },
  {
    name: "a streaming list called a bad request",
    steps: [[stream, { kind: "status", status: 400 }]],
    lists: 1,
  },
  {
    name: "a streaming list that is cut",
    steps: [[stream, { kind: "cut", after: 700 }]],
    lists: 0,
  },
  { name: "a streaming list that ends too early", steps: [[stream, { kind: "end" }]], lists: 0 },
  {
    name: "a garbage line in a streaming list",
    steps: [[stream, { kind: "garbage", line: '{"type":' }]],
    lists: 0,
  },
  {
    name: "an ERROR event 410 in a streaming list",
    steps: [[stream, { kind: "error-event", status: 410 }]],
    lists: 0,
  },
  {
    name: "a streaming list refused with 429",
    steps: [[stream, { kind: "status", status: 429, retryAfter: 1 }]],
    lists: 0,
  },
  {
    name: "a streaming list met by 500",
    steps: [[stream, { kind: "status", status: 500 }, 2]],
    lists: 0,
  },
  {
    name: "a streaming list that nobody sends (time passes 20 times as fast)",
    steps: [[stream, { kind: "half-open" }]],
    options: { clock: hurriedClock(20) },
  },
  {
    name: "a server that streams no end of the list (time passes 20 times as fast)",
    // Servers that have never heard of the feature do not know the parameters, and ignore them.
    old: true,
    steps: [[stream, { kind: "ask", change: withoutStreaming }]],
    options: { clock: hurriedClock(20) },
    lists: 1,
  },
  { name: "pages", steps: [refused, [pagesOfTwo[0], pagesOfTwo[1], 9]], lists: 3 },
  {
    name: "a lost page (its continue token has expired)",
    steps: [refused, pagesOfTwo, [list, { kind: "status", status: 410 }]],
    lists: 3,
  },
  {
    name: "500 between two pages",
    steps: [refused, pagesOfTwo, [list, { kind: "status", status: 500 }]],
    lists: 3,
  },
  { name: "a list that is cut", steps: [refused, [list, { kind: "cut", after: 900 }]], lists: 2 },
  {
    name: "a list refused with 429",
    steps: [refused, [list, { kind: "status", status: 429, retryAfter: 1 }, 2]],
    lists: 3,
  },
  { name: "a slow list", steps: [refused, [list, { kind: "slow", delay: 300 }]], lists: 1 },
  {
    name: "a list that nobody answers",
    steps: [refused, [list, { kind: "stall" }]],
    options: { timeout: 500 },
    lists: 2,
  },
];

async function create(direct: KubeClient, namespace: string): Promise<void> {
  for (const name of names) {
    await direct.create(configMaps, { metadata: { namespace, name }, data: { v: name } });
  }
}

function prepared(namespace: string, steps: readonly Step[]) {
  return async (proxy: FaultProxy, direct: KubeClient) => {
    await create(direct, namespace);
    for (const [match, fault, times] of steps) proxy.inject(match, fault, times);
  };
}

for (const [index, row] of rows.entries()) {
  Deno.test(`${row.name}: the cache is synced with all objects and no part of them`, async () => {
    const namespace = `row-${index}`;
    const start = performance.now();
    await using mirror = await startMirror(row.old ? withoutWatchList() : plane(), {
      namespace,
      before: prepared(namespace, row.steps),
      ...row.options,
    });
    // Looked at in the moment of being synced: nothing came in later.
    assert.equal(mirror.informer.cache.size, names.length);
    const recovery = performance.now() - start;
    await mirror.converged();
    assert.deepEqual(mirror.told, []);
    if (row.lists !== undefined) assert.equal(mirror.requested(list), row.lists);
    assert.equal(await mirror.count("reflector_lists_total"), 1);
    const times = [...mirror.proxy.struck.values()].reduce((sum, count) => sum + count, 0);
    table.survived(row.name, times, recovery);
  });
}

Deno.test("a real server that does not stream lists is read in pages", async () => {
  const namespace = "classic";
  await using mirror = await startMirror(withoutWatchList(), {
    namespace,
    before: prepared(namespace, []),
  });
  assert.equal(mirror.informer.cache.size, names.length);
  assert.equal(mirror.requested(list), 1);
  await mirror.direct.delete(configMaps, { namespace, name: "a" });
  await mirror.converged();
});
