import assert from "node:assert/strict";
import { unreadFields } from "./unread_fields.ts";

Deno.test("fields that are read are not named, those that nothing reads are", () => {
  assert.deepEqual(unreadFields({}), []);
  assert.deepEqual(unreadFields({ loadBalancer: { disable: true }, endpointPolicy: {} }), []);
  assert.deepEqual(unreadFields({ dns: { wildcardDomain: "*.example.com" } }), ["dns"]);
});

Deno.test("where one field of several is read, the others are named one by one", () => {
  const envoyProxy = { portRange: "20000-20999", replicas: 2, overloadManager: { enabled: true } };
  assert.deepEqual(unreadFields({ envoyProxy }), [
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
  assert.deepEqual(unreadFields({ envoyProxy }), []);
});
