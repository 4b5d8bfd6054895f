import assert from "node:assert/strict";
import type { KubeObject } from "../apis/meta/v1.ts";
import { FakeClock } from "../base/fake_clock.ts";
import { createLogger } from "../base/logger.ts";
import { Registry } from "../base/metrics.ts";
import { ApiError, type ApiErrorReason } from "./api_error.ts";
import type { KubeClient } from "./client.ts";
import { EventRecorder } from "./event_recorder.ts";

const subject: KubeObject = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "shop", uid: "u1", resourceVersion: "5" },
};

const refusal = (reason: ApiErrorReason) =>
  new ApiError(reason, reason, { call: { verb: "create", path: "/" } });

function start(...failures: (ApiErrorReason | undefined)[]) {
  const clock = new FakeClock();
  const registry = new Registry();
  const writes: Record<string, unknown>[] = [];
  const lines: string[] = [];
  const write = async (body: Record<string, unknown>) => {
    const failure = failures.shift();
    if (failure) throw refusal(failure);
    writes.push(body);
  };
  const client = {
    create: (_type: unknown, event: Record<string, unknown>) => write(event),
    patch: (_type: unknown, _name: unknown, { merge }: { merge: Record<string, unknown> }) =>
      write(merge),
  } as unknown as KubeClient;
  const log = createLogger({ clock, write: (line) => lines.push(line) });
  const recorder = new EventRecorder({
    client,
    controller: "kubelb.k8c.io/test",
    instance: "here",
    log,
    clock,
    metrics: registry,
  });
  return { clock, registry, writes, lines, recorder };
}

Deno.test("an event carries everything the API wants", async () => {
  const { recorder, writes, clock } = start();
  recorder.event(subject, "Warning", "PortConflict", "port 80 is taken", "Allocate");
  await clock.advance(0);
  const [event] = writes as [Record<string, Record<string, string>>];
  assert.match(event["metadata"]!["name"]!, /^web\.[0-9a-f]+$/);
  assert.equal(event["metadata"]!["namespace"], "shop");
  assert.deepEqual(event["regarding"], {
    apiVersion: "v1",
    kind: "Service",
    name: "web",
    namespace: "shop",
    uid: "u1",
    resourceVersion: "5",
  });
  assert.equal(event["eventTime"], "2026-01-01T00:00:00.000000Z");
  assert.equal(event["note"], "port 80 is taken");
  assert.equal(event["action"], "Allocate");
  await recorder[Symbol.asyncDispose]();
  assert.equal(clock.pending, 0);
});

Deno.test("a repetition raises the count; when the event has expired it is made anew", async () => {
  const { recorder, writes, clock } = start(undefined, undefined, "NotFound");
  for (let turn = 0; turn < 3; turn++) recorder.event(subject, "Normal", "Made", "made");
  await clock.advance(0);
  assert.equal(writes.length, 3);
  assert.deepEqual(Object.keys(writes[1]!), ["series"]);
  assert.equal((writes[2] as { reason?: string }).reason, "Made");
});

Deno.test("an API server that is away is waited for, in order", async () => {
  const { recorder, writes, clock } = start("Unreachable", "ServerError");
  recorder.event(subject, "Normal", "First", "first");
  recorder.event(subject, "Normal", "Second", "second");
  await clock.advance(30_000);
  assert.deepEqual(writes.map((event) => event["reason"]), ["First", "Second"]);
});

Deno.test("an event whose answer was lost has been written", async () => {
  const { recorder, clock, registry, lines } = start("Unreachable", "AlreadyExists");
  recorder.event(subject, "Normal", "First", "first");
  await clock.advance(30_000);
  assert.deepEqual(lines, []);
  assert.doesNotMatch(await registry.metrics(), /^kubelb_events_dropped_total\{/m);
});

Deno.test("an event the API refuses is dropped, counted and logged; the next is written", async () => {
  const { recorder, writes, clock, registry, lines } = start("Forbidden");
  recorder.event(subject, "Normal", "First", "first");
  recorder.event(subject, "Normal", "Second", "second");
  await clock.advance(0);
  assert.deepEqual(writes.map((event) => event["reason"]), ["Second"]);
  assert.match(await registry.metrics(), /^kubelb_events_dropped_total\{cause="error"\} 1$/m);
  assert(lines.some((line) => line.includes("could not be written")));
});

Deno.test("more than a thousand that wait are dropped and counted", async () => {
  const { recorder, clock, registry } = start(...Array(5).fill("Unreachable"));
  for (let n = 0; n < 1100; n++) {
    const metadata = { ...subject.metadata, uid: `u${n}` };
    recorder.event({ ...subject, metadata }, "Normal", "Flood", "flood");
  }
  assert.match(await registry.metrics(), /^kubelb_events_dropped_total\{cause="queue"\} 99$/m);
  await clock.advance(60_000);
});

Deno.test("disposal writes what waits, but does not wait for a dead API server", async () => {
  const well = start();
  well.recorder.event(subject, "Normal", "Last", "last words");
  await well.recorder[Symbol.asyncDispose]();
  assert.equal(well.writes.length, 1);
  const dead = start(...Array(100).fill("Unreachable"));
  dead.recorder.event(subject, "Normal", "Last", "last words");
  const disposed = dead.recorder[Symbol.asyncDispose]();
  await dead.clock.advance(2_000);
  await disposed;
  assert.equal(dead.clock.pending, 0);
});
