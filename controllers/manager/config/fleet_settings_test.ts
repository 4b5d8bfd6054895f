import assert from "node:assert/strict";
import { fleetSettings } from "./fleet_settings.ts";

Deno.test("a hub without settings has upstream's", () => {
  assert.deepEqual(fleetSettings({}, {}), {
    replicas: 3,
    spread: false,
    drainSeconds: 60,
    graceSeconds: 300,
    maxConnections: 200_000,
  });
});

Deno.test("the Tenant's number and resources count more than the hub's", () => {
  const config = { envoyProxy: { replicas: 2, resources: { limits: { cpu: "1" } } } };
  assert.equal(fleetSettings(config, {}).replicas, 2);
  const own = fleetSettings(config, {
    envoyProxy: { replicas: 5, resources: { limits: { cpu: "4" } } },
  });
  assert.equal(own.replicas, 5);
  assert.deepEqual(own.resources, { limits: { cpu: "4" } });
});

Deno.test("a pod is killed only after the time for its connections", () => {
  const drain = (gracefulShutdown: object) => {
    const { drainSeconds, graceSeconds } = fleetSettings({ envoyProxy: { gracefulShutdown } }, {});
    return [drainSeconds, graceSeconds];
  };
  assert.deepEqual(drain({ drainTimeout: "1m30s" }), [90, 300]);
  assert.deepEqual(drain({ drainTimeout: "10m" }), [600, 610]);
  assert.deepEqual(drain({ drainTimeout: "soon" }), [60, 300]);
  assert.deepEqual(drain({ disabled: true, drainTimeout: "10m" }), [0, 300]);
});

Deno.test("limits hold when they are switched on; 0 is no limit of the operator's", () => {
  const overloadManager = { maxActiveDownstreamConnections: 100, maxHeapSizeBytes: 1 << 20 };
  const of = (changes: object) =>
    fleetSettings({ envoyProxy: { overloadManager: { ...overloadManager, ...changes } } }, {});
  assert.equal(of({}).maxConnections, 200_000);
  assert.equal(of({ enabled: true }).maxConnections, 100);
  assert.equal(of({ enabled: true }).maxHeapBytes, 1 << 20);
  const unlimited = of({ enabled: true, maxActiveDownstreamConnections: 0, maxHeapSizeBytes: 0 });
  assert.equal(unlimited.maxConnections, 200_000);
  assert.equal(unlimited.maxHeapBytes, undefined);
});
