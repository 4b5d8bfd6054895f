import assert from "node:assert/strict";
import { FakeClock } from "../../../base/fake_clock.ts";
import { Listeners } from "../../../base/listeners.ts";
import { createLogger } from "../../../base/logger.ts";
import { Registry } from "../../../base/metrics.ts";
import type { FleetCapacity, FleetStatus } from "../../../fleet/runtime.ts";
import { SocketPaces } from "./socket_paces.ts";

const capacity: FleetCapacity = {
  listeners: 100,
  datagramClients: 100,
  draining: { addresses: 2, time: 60_000 },
};
const address = { addresses: 1, protocol: "TCP" } as const;

/** Paces of fleets whose Envoys can hold `capacity`. */
function setUp() {
  const clock = new FakeClock();
  const warnings: Record<string, unknown>[] = [];
  const log = createLogger({ level: "warn", write: (line) => warnings.push(JSON.parse(line)) });
  const metrics = new Registry();
  const paces = new SocketPaces({ clock, log, metrics });
  const statuses = new Listeners<[fleet: string, FleetStatus]>();
  const runtime = {
    capacity: () => capacity,
    inheritedDrains: new Map<string, number>(),
    subscribe: (listener: (fleet: string, status: FleetStatus) => void) =>
      statuses.subscribe(([fleet, status]) => listener(fleet, status)),
  };
  return { clock, paces, runtime, statuses, warnings, metrics };
}

Deno.test("nothing waits before it is known what an Envoy can hold", () => {
  using paces = setUp().paces;
  const pace = paces.of("a");
  for (let count = 0; count < 10; count++) pace.changed(address);
  assert(pace.open);
});

Deno.test("fleets have a pace each, the same for all streams, until their Envoy ends", async () => {
  const { clock, paces, runtime, statuses, warnings, metrics } = setUp();
  paces.attach(runtime);
  for (const fleet of ["a", "a"]) paces.of(fleet).changed(address);
  assert(paces.isPaused("a"));
  assert(!paces.isPaused("b"));
  statuses.emit(["a", { state: "running", pid: 7 }]);
  assert(paces.isPaused("a"));
  statuses.emit(["a", { state: "backoff" }]);
  assert(!paces.isPaused("a"));
  assert.deepEqual(warnings.map(({ fleet, possible }) => [fleet, possible]), [["a", 2]]);

  for (const fleet of ["a", "a", "b", "b"]) paces.of(fleet).changed(address);
  assert.equal(warnings.length, 2, "it is not said twice of one fleet in a short time");
  const pauses = /listener_pauses_total 3$/m;
  assert.match(await metrics.metrics(), pauses);
  paces[Symbol.dispose]();
  assert.equal(clock.pending, 0);
});

Deno.test("a stream that outlives its Envoy counts for nothing", () => {
  const { clock, paces, runtime, statuses, warnings } = setUp();
  using _paces = paces;
  paces.attach(runtime);
  const pace = paces.of("a");
  statuses.emit(["a", { state: "backoff" }]);
  for (let count = 0; count < 2; count++) pace.changed(address);
  assert(pace.open);
  assert.deepEqual(warnings, []);
  assert.equal(clock.pending, 0);
});

Deno.test("what drained already when an Envoy was taken over counts", async () => {
  const { clock, paces, runtime } = setUp();
  runtime.inheritedDrains.set("a", 5);
  paces.attach(runtime);
  assert(paces.isPaused("a"));
  assert(!paces.isPaused("b"));
  await clock.advance(63_000);
  assert(!paces.isPaused("a"));
  paces[Symbol.dispose]();
});
