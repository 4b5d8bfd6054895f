import assert from "node:assert/strict";
import { unreadFields } from "./unread_fields.ts";

Deno.test("fields that are read are not named, those that nothing reads are", () => {
  assert.deepEqual(unreadFields({}, "host"), []);
  assert.deepEqual(
    unreadFields({ loadBalancer: { disable: true }, endpointPolicy: {} }, "host"),
    [],
  );
  assert.deepEqual(unreadFields({ dns: { wildcardDomain: "*.example.com" } }, "host"), ["dns"]);
});

Deno.test("where one field of several is read, the others are named one by one", () => {
  const envoyProxy = { portRange: "20000-20999", replicas: 2, overloadManager: { enabled: true } };
  assert.deepEqual(unreadFields({ envoyProxy }, "host"), [
    "envoyProxy.overloadManager",
    "envoyProxy.replicas",
  ]);
});

Deno.test("what the API server fills in beside the range is not named", () => {
  const envoyProxy = {
    portRange: "20000-20999",
    topology: "shared" as const,
    useDaemonset: false,
    replicas: 3,
    singlePodPerNode: false,
    gracefulShutdown: { disabled: false, drainTimeout: "60s" },
  };
  assert.deepEqual(unreadFields({ envoyProxy }, "host"), []);
});

Deno.test("where Envoys are pods, the fields about pods are read", () => {
  const envoyProxy = { replicas: 2, overloadManager: { enabled: true }, useDaemonset: true };
  assert.deepEqual(unreadFields({ envoyProxy }, "kubernetes"), ["envoyProxy.useDaemonset"]);
  const gracefulShutdown = { drainTimeout: "30s", minDrainDuration: "9s" };
  assert.deepEqual(unreadFields({ envoyProxy: { gracefulShutdown } }, "kubernetes"), [
    "envoyProxy.gracefulShutdown.minDrainDuration",
  ]);
});
