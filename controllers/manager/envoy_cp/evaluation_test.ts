import assert from "node:assert/strict";
import type { Service } from "../../../apis/core/v1.ts";
import type { Addresses, LoadBalancer } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { EndpointGuard } from "../endpoint_guard/endpoint_guard.ts";
import { readFrontPorts } from "../loadbalancer/front_ports.ts";
import { hubServiceWith, loadBalancerWith } from "../loadbalancer/testdata.ts";
import { evaluate, type Evaluation, type EvaluationInput, guarded } from "./evaluation.ts";

const guard = new EndpointGuard({ allowedCidrs: [], deniedCidrs: [], hubCidrs: [] });

function addressesWith(...ips: string[]): Addresses {
  return {
    apiVersion: "kubelb.k8c.io/v1alpha1",
    kind: "Addresses",
    metadata: { name: "default", namespace: "tenant-acme" },
    spec: { addresses: ips.map((ip) => ({ ip })) },
  };
}

function evaluated(
  loadBalancer: LoadBalancer,
  change: Partial<EvaluationInput> = {},
  hubService: Service | undefined = hubServiceWith({}),
): Evaluation {
  const read = readFrontPorts(loadBalancer);
  assert.ok(read.valid);
  return evaluate({
    loadBalancer,
    ports: read.ports,
    hubService,
    runtime: "host",
    checkInterval: 5,
    datagramClients: 100,
    refusedBeyond: undefined,
    guard,
    addresses: (name) => name === "default" ? addressesWith("10.0.0.1", "10.0.0.2") : undefined,
    resolve: () => undefined,
    ...change,
  });
}

function endpointsIn(evaluation: Evaluation): string[][] {
  return evaluation.services.map(({ endpoints }) =>
    endpoints.map(({ address, port }) => `${address}:${port}`)
  );
}

Deno.test("a front port is served on the assigned address with every node and its node port", () => {
  const { kind, services, resolution, hasEndpoints } = evaluated(loadBalancerWith({}));
  assert.equal(kind, "serve");
  assert.equal(hasEndpoints, true);
  assert.equal(resolution.reason, "Resolved");
  assert.equal(services.length, 1);
  const { name, protocol, binding, endpoints, healthCheck } = services[0]!;
  assert.equal(name, "tenant-acme/lb/TCP/80");
  assert.equal(protocol, "TCP");
  assert.deepEqual(binding, { addresses: ["192.0.2.10"], port: 80, freebind: true });
  assert.deepEqual(endpoints, [
    { address: "10.0.0.1", port: 30080 },
    { address: "10.0.0.2", port: 30080 },
  ]);
  assert.equal(healthCheck?.kind, "tcp");
});

Deno.test("on Kubernetes the allocated port is bound, and no address is needed", () => {
  const { services } = evaluated(
    loadBalancerWith({}),
    { runtime: "kubernetes" },
    hubServiceWith({}, []),
  );
  assert.deepEqual(services[0]?.binding, { addresses: ["::"], port: 10001, freebind: false });
});

Deno.test("without an address, or without a Service, there is nothing to serve yet", () => {
  assert.deepEqual(evaluated(loadBalancerWith({}), {}, hubServiceWith({}, [])).services, []);
  assert.deepEqual(evaluated(loadBalancerWith({}), { hubService: undefined }).services, []);
});

Deno.test("endpoint ports are paired by name, and by position where names do not match", () => {
  const spec = {
    ports: [{ name: "a", port: 80 }, { name: "b", port: 81 }, { port: 82 }],
    endpoints: [{
      addresses: [{ ip: "10.0.0.1" }],
      ports: [{ name: "b", port: 31081 }, { name: "a", port: 31080 }, { port: 31082 }],
    }],
  };
  const ports = [80, 81, 82].map((port) => ({ port, targetPort: port, protocol: "TCP" as const }));
  const result = evaluated(loadBalancerWith(spec), {}, hubServiceWith({ ports }));
  assert.deepEqual(endpointsIn(result), [["10.0.0.1:31080"], ["10.0.0.1:31081"], [
    "10.0.0.1:31082",
  ]]);
});

Deno.test("endpoint groups of unequal length serve what they can", () => {
  const spec = {
    ports: [{ port: 80 }, { port: 81 }],
    endpoints: [
      { addresses: [{ ip: "10.0.0.1" }], ports: [{ port: 31080 }, { port: 31081 }] },
      { addresses: [{ ip: "10.0.0.2" }], ports: [{ port: 32080 }] },
      { addresses: [{ ip: "10.0.0.3" }] },
    ],
  };
  const ports = [80, 81].map((port) => ({ port, targetPort: port, protocol: "TCP" as const }));
  const result = evaluated(loadBalancerWith(spec), {}, hubServiceWith({ ports }));
  assert.deepEqual(endpointsIn(result), [
    ["10.0.0.1:31080", "10.0.0.2:32080"],
    ["10.0.0.1:31081"],
  ]);
  assert.match(result.resolution.message, /spec\.endpoints\[1\]\.ports has none for TCP 81/);
});

Deno.test("a node port of 0 leads nowhere and says so", () => {
  const { resolution, hasEndpoints } = evaluated(loadBalancerWith({
    endpoints: [{ addressesReference: { name: "default" }, ports: [{ name: "http", port: 0 }] }],
  }));
  assert.equal(hasEndpoints, false);
  assert.equal(resolution.reason, "NoEndpoints");
  assert.match(resolution.message, /0 for TCP 80 is no port/);
});

Deno.test("a reference to Addresses that do not exist keeps the last good configuration", () => {
  const { kind, resolution } = evaluated(loadBalancerWith({}), { addresses: () => undefined });
  assert.equal(kind, "keep");
  assert.equal(resolution.reason, "AddressesNotFound");
  assert.match(resolution.message, /Addresses "default"/);
});

Deno.test("a forbidden endpoint is left out and the rest is served", () => {
  const { kind, services, resolution } = evaluated(loadBalancerWith({}), {
    addresses: () => addressesWith("10.0.0.1", "127.0.0.1", "169.254.169.254"),
  });
  assert.equal(kind, "serve");
  assert.deepEqual(services[0]?.endpoints, [{ address: "10.0.0.1", port: 30080 }]);
  assert.equal(resolution.reason, "ForbiddenEndpoint");
  assert.match(resolution.message, /127\.0\.0\.1 is a loopback address; 169\.254\.169\.254/);
  assert.match(resolution.message, /operator can allow it/);
});

Deno.test("what is no address at all is not said to be for the operator to allow", () => {
  const group = { addresses: [{ ip: "web" }], ports: [{ name: "http", port: 30080 }] };
  const { resolution } = evaluated(loadBalancerWith({ endpoints: [group] }));
  assert.deepEqual(resolution, {
    reason: "ForbiddenEndpoint",
    message: "left out: web is not an IP address; a host name goes into the field hostname",
  });
});

Deno.test("when every endpoint is forbidden none is served, not even the last good ones", () => {
  const { kind, services, hasEndpoints } = evaluated(loadBalancerWith({}), {
    addresses: () => addressesWith("127.0.0.1"),
  });
  assert.deepEqual([kind, services[0]?.endpoints, hasEndpoints], ["serve", [], false]);
});

Deno.test("what was good once is guarded again before it stays", () => {
  const { services } = evaluated(loadBalancerWith({}));
  const strict = new EndpointGuard({
    allowedCidrs: [],
    deniedCidrs: ["10.0.0.2/32"],
    hubCidrs: [],
  });
  assert.deepEqual(guarded(services, strict)[0]?.endpoints, [{ address: "10.0.0.1", port: 30080 }]);
});

Deno.test("host names become addresses, each answer guarded", () => {
  const spec = {
    endpoints: [{
      addresses: [{ hostname: "a.example" }, { ip: "10.0.0.9", hostname: "ignored.example" }],
      ports: [{ name: "http", port: 30080 }],
    }],
  };
  const answers = () => ["10.0.0.5", "127.0.0.1"];
  const { services, resolution } = evaluated(loadBalancerWith(spec), { resolve: answers });
  assert.deepEqual(services[0]?.endpoints, [
    { address: "10.0.0.5", port: 30080, hostname: "a.example" },
    { address: "10.0.0.9", port: 30080 },
  ]);
  assert.equal(resolution.reason, "ForbiddenEndpoint");
});

Deno.test("a host name without an answer waits only when nothing else is left", () => {
  const named = { hostname: "a.example" };
  const withAddresses = (...addresses: { ip?: string; hostname?: string }[]) =>
    evaluated(loadBalancerWith({ endpoints: [{ addresses, ports: [{ port: 30080 }] }] }));
  assert.equal(withAddresses(named).kind, "keep");
  assert.equal(withAddresses(named, { ip: "10.0.0.1" }).kind, "serve");
  assert.equal(withAddresses(named).resolution.reason, "HostnameUnresolved");
});

Deno.test("an address that two groups name counts once", () => {
  const group = { addresses: [{ ip: "10.0.0.1" }], ports: [{ port: 30080 }] };
  const result = evaluated(loadBalancerWith({ endpoints: [group, group] }));
  assert.deepEqual(endpointsIn(result), [["10.0.0.1:30080"]]);
});

Deno.test("pods that are not ready get no traffic", () => {
  const pods = addressesWith();
  pods.spec = {
    endpoints: [
      { addresses: ["10.1.0.1"], ports: [{ name: "http", port: 8080 }] },
      { addresses: ["10.1.0.2"], ports: [{ name: "http", port: 8080 }], ready: false },
    ],
  };
  const result = evaluated(loadBalancerWith({}), { addresses: () => pods });
  assert.deepEqual(endpointsIn(result), [["10.1.0.1:8080"]]);
});

Deno.test("source ranges are enforced in Envoy where it sees the client, and only there", () => {
  const loadBalancer = loadBalancerWith({ sourceRanges: [" 10.0.0.0/8 "] });
  const rangesOn = (runtime: "host" | "kubernetes", policy: "Local" | "Cluster") =>
    evaluated(loadBalancer, { runtime }, hubServiceWith({ externalTrafficPolicy: policy }))
      .services[0]?.sourceRanges;
  assert.deepEqual(rangesOn("host", "Cluster"), ["10.0.0.0/8"]);
  assert.deepEqual(rangesOn("kubernetes", "Local"), ["10.0.0.0/8"]);
  assert.equal(rangesOn("kubernetes", "Cluster"), undefined);
});

Deno.test("policy Local checks the nodes through kube-proxy's health-check port, UDP too", () => {
  const udp = { name: "http", port: 80, protocol: "UDP" as const };
  const loadBalancer = loadBalancerWith({ ports: [udp], healthCheckNodePort: 32000 });
  const service = hubServiceWith({ ports: [{ ...udp, targetPort: 10001 }] });
  const check = evaluated(loadBalancer, {}, service).services[0]?.healthCheck;
  assert.ok(check?.kind === "http");
  assert.deepEqual([check.port, check.path], [32000, "/healthz"]);
  const plain = evaluated(loadBalancerWith({ ports: [udp] }), {}, service).services[0];
  assert.equal(plain?.healthCheck, undefined);
});

Deno.test("health checks are tunable, but never faster than the fleet allows", () => {
  const checkOf = (healthCheck: object, checkInterval = 5) =>
    evaluated(loadBalancerWith({ healthCheck }), { checkInterval }).services[0]?.healthCheck;
  const tuned = checkOf({ interval: "10s", timeout: "500ms", unhealthyThreshold: 1 });
  assert.deepEqual([tuned?.intervalSeconds, tuned?.timeoutSeconds, tuned?.unhealthyThreshold], [
    10,
    0.5,
    1,
  ]);
  assert.equal(checkOf({ interval: "1s" }, 20)?.intervalSeconds, 20);
  assert.equal(checkOf({ disabled: true }), undefined);
});

Deno.test("a health check that is slower than it was asked for is remarked on", () => {
  const remarkOn = (healthCheck: object, checkInterval = 5, change: object = {}) =>
    evaluated(loadBalancerWith({ healthCheck, ...change }), { checkInterval }).remark;
  assert.equal(
    remarkOn({ interval: "1s" }),
    "spec.healthCheck.interval is 1s, but 5s is in force: no endpoint is checked more often",
  );
  assert.match(
    remarkOn({ interval: "10s" }, 20)!,
    /10s, but 20s is in force: .* 200 checks a second/,
  );
  assert.match(
    remarkOn({ timeout: "1ms" })!,
    /^spec\.healthCheck\.timeout is 1ms, but 100ms is in force$/,
  );
  // Nobody asked for the default.
  assert.equal(remarkOn({}, 20), undefined);
  assert.equal(remarkOn({ interval: "20s", timeout: "100ms" }, 20), undefined);
  assert.equal(remarkOn({ interval: "1s", disabled: true }), undefined);
});

Deno.test("where nothing is checked, or stays as it was, nothing is remarked on", () => {
  const healthCheck = { interval: "1s" };
  const udp = { name: "http", port: 80, protocol: "UDP" as const };
  const service = hubServiceWith({ ports: [{ ...udp, targetPort: 10001 }] });
  const unchecked = loadBalancerWith({ healthCheck, ports: [udp] });
  assert.equal(evaluated(unchecked, {}, service).remark, undefined);
  const waiting = evaluated(loadBalancerWith({ healthCheck }), { addresses: () => undefined });
  assert.deepEqual([waiting.kind, waiting.remark], ["keep", undefined]);
});

Deno.test("everything that is done otherwise is remarked on", () => {
  const loadBalancer = loadBalancerWith({ healthCheck: { interval: "1s" } });
  loadBalancer.metadata.annotations = { "kubelb.k8c.io/proxy-protocol": "v1" };
  assert.match(evaluated(loadBalancer).remark ?? "", /^spec\.healthCheck.*; the annotation .*"v1"/);
});

Deno.test("persistence and the PROXY protocol are passed on; the latter for TCP only", () => {
  const loadBalancer = loadBalancerWith({
    persistence: { type: "SourceIP" },
    ports: [{ port: 80 }, { port: 80, protocol: "UDP" }],
  });
  loadBalancer.metadata.annotations = { "kubelb.k8c.io/proxy-protocol": "v2" };
  const ports = (["TCP", "UDP"] as const).map((protocol) => ({ protocol, port: 80 }));
  const { services } = evaluated(loadBalancer, {}, hubServiceWith({ ports }));
  assert.deepEqual(services.map(({ persistence }) => persistence), ["SourceIP", "SourceIP"]);
  assert.deepEqual(services.map(({ proxyProtocol }) => proxyProtocol), ["v2", undefined]);
});

Deno.test("a UDP port is told how many clients it may have and when they go, a TCP port is not", () => {
  const ports = [
    { name: "names", protocol: "UDP" as const, port: 53 },
    { name: "web", protocol: "TCP" as const, port: 80 },
  ];
  const hubService = hubServiceWith({ ports: ports.map((port) => ({ ...port, targetPort: 1 })) });
  const { services } = evaluated(loadBalancerWith({ ports }), {}, hubService);
  assert.deepEqual(services.map(({ maxClients }) => maxClients), [100, undefined]);
  assert.deepEqual(services.map(({ idleTimeout }) => idleTimeout), [10, undefined]);
});

Deno.test("nothing is served where the Envoy can listen for older load balancers only", () => {
  const evaluation = evaluated(loadBalancerWith({}), { refusedBeyond: 7 });
  assert.deepEqual([evaluation.kind, evaluation.services], ["serve", []]);
  assert.equal(evaluation.refusedBeyond, 7);
  const missing = evaluated(loadBalancerWith({}), { refusedBeyond: 7, addresses: () => undefined });
  assert.equal(missing.kind, "serve", "the last configuration must not stay");
});
