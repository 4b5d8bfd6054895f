import assert from "node:assert/strict";
import type { Config } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { configStatus } from "./config_status_controller.ts";

const now = new Date("2026-01-01T00:00:00Z");
const version = { gitVersion: "v1", edition: "CE" };

function messageOf(spec: Config["spec"], problems: { field: string; message: string }[] = []) {
  const config: Config = {
    apiVersion: "kubelb.k8c.io/v1alpha1",
    kind: "Config",
    metadata: { name: "default", namespace: "kubelb", generation: 3 },
    spec,
  };
  const [ready] = configStatus(config, version, problems, "host", now).conditions ?? [];
  return [ready?.status, ready?.message];
}

Deno.test("a Config that is read as a whole is in force", () => {
  assert.deepEqual(messageOf({ loadBalancer: { disable: true } }), ["True", "in force"]);
});

Deno.test("fields that nothing reads yet are named", () => {
  const spec = { dns: { wildcardDomain: "*.example.com" }, envoyProxy: { replicas: 2 } };
  assert.deepEqual(messageOf(spec), [
    "True",
    "in force (without effect: dns, envoyProxy.replicas)",
  ]);
});

Deno.test("what cannot be read is told, and that the rest holds", () => {
  const problem = { field: "spec.endpointPolicy.deniedCIDRs[0]", message: "is no CIDR" };
  assert.deepEqual(messageOf({}, [problem]), [
    "False",
    "the rest is in force, without spec.endpointPolicy.deniedCIDRs[0]: is no CIDR",
  ]);
});
