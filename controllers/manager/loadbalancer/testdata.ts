/**
 * Objects for the tests beside this file.
 *
 * @module
 */
import type { Service } from "../../../apis/core/v1.ts";
import type { LoadBalancer, LoadBalancerSpec } from "../../../apis/kubelb/v1alpha1/mod.ts";

/** A load balancer as a CCM writes it, with some of its spec replaced. */
export function loadBalancerWith(spec: Partial<LoadBalancerSpec>, name = "lb"): LoadBalancer {
  return {
    apiVersion: "kubelb.k8c.io/v1alpha1",
    kind: "LoadBalancer",
    metadata: { name, namespace: "tenant-acme", uid: `uid-of-${name}`, generation: 3 },
    spec: {
      type: "LoadBalancer",
      ports: [{ name: "http", protocol: "TCP", port: 80 }],
      endpoints: [{
        addressesReference: { name: "default" },
        ports: [{ name: "http", protocol: "TCP", port: 30080 }],
      }],
      ...spec,
    },
  };
}

/** A hub Service that has its address. */
export function hubServiceWith(
  spec: Partial<Service["spec"]>,
  addresses: readonly string[] = ["192.0.2.10"],
): Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "envoy-lb", namespace: "tenant-acme", uid: "uid-of-service" },
    spec: {
      type: "LoadBalancer",
      ports: [{ name: "http", protocol: "TCP", port: 80, targetPort: 10001 }],
      ...spec,
    },
    status: { loadBalancer: { ingress: addresses.map((ip) => ({ ip })) } },
  };
}
