/**
 * Objects as an upstream CCM writes them for Services of type LoadBalancer and for Nodes (facts on
 * upstream's service and node controllers, `internal/kubelb/loadbalancer.go`).
 *
 * @module
 */

/** A LoadBalancer for a Service with one TCP port; `spec` is laid over its spec. */
function loadBalancer(spec: Record<string, unknown> = {}, annotations?: Record<string, string>) {
  return {
    metadata: {
      name: crypto.randomUUID(),
      namespace: "default",
      labels: {
        "kubelb.k8c.io/origin-name": "web",
        "kubelb.k8c.io/origin-ns": "shop",
        "kubelb.k8c.io/tenant": "tenant-acme",
      },
      ...(annotations && { annotations }),
    },
    spec: {
      type: "LoadBalancer",
      ports: [{ name: "80-tcp", protocol: "TCP", port: 80 }],
      endpoints: [{
        addressesReference: { name: "default" },
        ports: [{ name: "80-tcp", protocol: "TCP", port: 31080 }],
      }],
      ...spec,
    },
    // Go writes an empty struct although it is marked omitempty.
    status: { loadBalancer: {}, service: {} },
  };
}

const address = (endpoints: Record<string, unknown>[], ports = [{ port: 31080 }]) =>
  loadBalancer({ endpoints: [{ addresses: endpoints, ports }] });

/** What the object shows → the object, without apiVersion and kind. */
export const upstreamLoadBalancers: Record<string, Record<string, unknown>> = {
  "one TCP port": loadBalancer(),
  "one UDP port": loadBalancer({
    ports: [{ name: "dns", protocol: "UDP", port: 53 }],
    endpoints: [{
      addressesReference: { name: "default" },
      ports: [{ name: "dns", protocol: "UDP", port: 30053 }],
    }],
  }),
  "several ports, both protocols on one": loadBalancer({
    ports: [
      { name: "dns-tcp", protocol: "TCP", port: 53 },
      { name: "dns-udp", protocol: "UDP", port: 53 },
      { name: "metrics", protocol: "TCP", port: 9153 },
    ],
    endpoints: [{
      addressesReference: { name: "default" },
      ports: [
        { name: "dns-tcp", protocol: "TCP", port: 30053 },
        { name: "dns-udp", protocol: "UDP", port: 30053 },
        { name: "metrics", protocol: "TCP", port: 30153 },
      ],
    }],
  }),
  "ports without names": loadBalancer({
    ports: [{ protocol: "TCP", port: 80 }, { protocol: "TCP", port: 443 }],
    endpoints: [{
      addressesReference: { name: "default" },
      ports: [{ protocol: "TCP", port: 31080 }, { protocol: "TCP", port: 31443 }],
    }],
  }),
  "node port 0: none is allocated yet": loadBalancer({
    endpoints: [{
      addressesReference: { name: "default" },
      ports: [{ name: "80-tcp", protocol: "TCP", port: 0 }],
    }],
  }),
  "no protocol": loadBalancer({
    ports: [{ name: "web", port: 80 }],
    endpoints: [{ addressesReference: { name: "default" }, ports: [{ name: "web", port: 31080 }] }],
  }),
  "no ports at all": loadBalancer({
    ports: undefined,
    endpoints: [{ addressesReference: { name: "default" } }],
  }),
  "100 ports": loadBalancer({
    ports: Array.from({ length: 100 }, (_, i) => ({ name: `p${i}`, protocol: "TCP", port: i + 1 })),
    endpoints: [{
      addressesReference: { name: "default" },
      ports: Array.from({ length: 100 }, (_, i) => ({
        name: `p${i}`,
        protocol: "TCP",
        port: 30000 + i,
      })),
    }],
  }),
  "inline addresses": address([{ ip: "10.0.0.4" }, { ip: "2001:db8::4" }]),
  "an inline host name": address([{ hostname: "lb.example.com" }]),
  "address and host name": address([{ ip: "10.0.0.4", hostname: "node-4" }]),
  "an empty address beside a host name": address([{ ip: "", hostname: "lb.example.com" }]),
  "several groups of endpoints": loadBalancer({
    endpoints: [
      { name: "a", addresses: [{ ip: "10.0.0.4" }], ports: [{ port: 31080 }] },
      { name: "b", addresses: [{ ip: "10.0.0.5" }], ports: [{ port: 31081 }, { port: 31082 }] },
    ],
  }),
  "source IP persistence": loadBalancer({ persistence: { type: "SourceIP" } }),
  "policy Local": loadBalancer({ externalTrafficPolicy: "Local" }),
  "policy Cluster": loadBalancer({ externalTrafficPolicy: "Cluster" }),
  "type ClusterIP": loadBalancer({ type: "ClusterIP" }),
  "type NodePort": loadBalancer({ type: "NodePort" }),
  "an explicit host name": loadBalancer({ hostname: "shop.example.com" }),
  "annotations": loadBalancer({}, {
    "kubelb.k8c.io/proxy-protocol": "v2",
    "kubelb.k8c.io/request-wildcard-domain": "true",
    "metallb.universe.tf/address-pool": "public",
  }),
};

/** What upstream's node controller writes, by address type. */
export const upstreamAddresses: Record<string, Record<string, unknown>> = {
  "IPv4 and IPv6 addresses": {
    metadata: { name: "default" },
    spec: { addresses: [{ ip: "10.0.0.4" }, { ip: "2001:db8::4" }] },
    status: {},
  },
  "host names": {
    metadata: { name: "default" },
    spec: { addresses: [{ hostname: "node-4.internal" }] },
    status: {},
  },
};
