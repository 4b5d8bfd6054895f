import assert from "node:assert/strict";
import type { Service } from "../../../apis/core/v1.ts";
import type { ServiceCIDR } from "../../../apis/networking/v1.ts";
import { serviceFamilies } from "./service_families.ts";

function kubernetesAt(...clusterIPs: string[]): Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "kubernetes", namespace: "default" },
    spec: { clusterIPs },
  };
}

function ranges(...cidrs: string[]): ServiceCIDR {
  const metadata = { name: "kubernetes" };
  return { apiVersion: "networking.k8s.io/v1", kind: "ServiceCIDR", metadata, spec: { cidrs } };
}

Deno.test("the default family comes first, a second by its range", () => {
  const kubernetes = kubernetesAt("fd00::1");
  const serviceCidrs = [ranges("10.96.0.0/16", "fd00::/108")];
  assert.deepEqual(serviceFamilies({ kubernetes, serviceCidrs }), ["IPv6", "IPv4"]);
  assert.deepEqual(serviceFamilies({ kubernetes, serviceCidrs: [] }), ["IPv6"]);
  assert.deepEqual(serviceFamilies({ kubernetes: undefined, serviceCidrs: [] }), []);
});
