/**
 * A LoadBalancer as a CCM writes it.
 *
 * @module
 */

/** Where it goes. */
export interface LoadBalancerPlace {
  readonly namespace: string;
  readonly name: string;
}

/**
 * One TCP port 8080.
 *
 * @param backends of its one group of endpoints: `addresses` or `addressesReference`.
 */
export function newLoadBalancer(
  { namespace, name }: LoadBalancerPlace,
  backends: Record<string, unknown>,
  backendPort: number,
) {
  return {
    apiVersion: "kubelb.k8c.io/v1alpha1",
    kind: "LoadBalancer",
    metadata: {
      name,
      labels: {
        "kubelb.k8c.io/origin-name": name,
        "kubelb.k8c.io/origin-ns": "default",
        "kubelb.k8c.io/tenant": namespace,
      },
      finalizers: ["kubelb.k8c.io/cleanup"],
    },
    spec: {
      type: "LoadBalancer",
      ports: [{ name: "http", port: 8080, protocol: "TCP" }],
      endpoints: [{
        name: "default",
        ...backends,
        ports: [{ name: "http", port: backendPort, protocol: "TCP" }],
      }],
    },
  };
}
