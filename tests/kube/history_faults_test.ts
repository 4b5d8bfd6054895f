/**
 * An API server whose history is set back, as after a restore of etcd from a backup, while the
 * informer learns of it in different ways. (With its connection refused meanwhile:
 * `outage_test.ts`.)
 */
import assert from "node:assert/strict";
import { configMaps, namespaces } from "../../apis/core/v1.ts";
import {
  anyRequest,
  type ControlPlane,
  eventually,
  FaultTable,
  sharedControlPlane,
  watches,
} from "../harness/mod.ts";
import { hurriedClock } from "./hurried_clock.ts";
import { type Mirror, startMirror } from "./mirror.ts";

const plane = sharedControlPlane({ name: "history-faults" });
const table = FaultTable.ofFile("history");
const watch = watches("configmaps");

// The processes of the shared plane change hands in these tests; see the harness.
const sanitizersOff = { sanitizeOps: false, sanitizeResources: false };

/** An etcd that has lost everything is the oldest of all backups. */
async function setBack(plane: ControlPlane, { direct, namespace }: Mirror): Promise<void> {
  await plane.kill("kube-apiserver");
  await plane.kill("etcd");
  await Deno.remove(`${plane.folder}/etcd`, { recursive: true });
  await plane.restart("etcd");
  await plane.restart("kube-apiserver");
  await direct.apply(namespaces, { metadata: { name: namespace } }, { fieldManager: "test" });
  const metadata = { namespace, name: "after" };
  await direct.apply(configMaps, { metadata }, { fieldManager: "test" });
}

/** The history must be long enough that its successor does not catch up by itself. */
async function live({ direct, namespace }: Mirror): Promise<void> {
  for (let turn = 0; turn < 1_000; turn++) {
    const metadata = { namespace, name: "before" };
    await direct.apply(configMaps, { metadata, data: { v: String(turn) } }, { fieldManager: "t" });
  }
}

async function settled(mirror: Mirror, fault: string, times: number): Promise<void> {
  const recovery = await mirror.converged();
  assert.equal(mirror.informer.cache.get(`${mirror.namespace}/before`), undefined);
  assert(mirror.informer.cache.get(`${mirror.namespace}/after`));
  table.survived(fault, times, recovery);
}

Deno.test(
  "a load balancer that answers 503 meanwhile does not hide the new history",
  sanitizersOff,
  async () => {
    await using mirror = await startMirror(plane(), { namespace: "balanced" });
    await live(mirror);
    await mirror.converged();
    using away = mirror.proxy.inject(anyRequest, { kind: "status", status: 503 }, Infinity);
    await mirror.proxy.strike(watch, { kind: "end" });
    await eventually(() => mirror.informer.problem?.reason === "ServerError");
    await setBack(plane(), mirror);
    away[Symbol.dispose]();
    await settled(mirror, "etcd set back behind 503", away.hits);
  },
);

Deno.test(
  "a half-open watch does not hide the new history",
  sanitizersOff,
  async () => {
    const clock = hurriedClock(10);
    await using mirror = await startMirror(plane(), { namespace: "half-open", clock });
    await live(mirror);
    await mirror.converged();
    const struck = await mirror.proxy.strike(watch, { kind: "half-open" });
    await setBack(plane(), mirror);
    await settled(mirror, "etcd set back behind a half-open watch", struck);
  },
);
