import assert from "node:assert/strict";
import fc from "fast-check";
import type { LoadBalancerSpec } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { loadBalancerWith } from "./testdata.ts";
import { readFrontPorts } from "./front_ports.ts";

function problemsOf(spec: Partial<LoadBalancerSpec>): string[] {
  const read = readFrontPorts(loadBalancerWith(spec));
  return read.valid ? [] : read.problems.map(({ field, message }) => `${field} ${message}`);
}

function portsOf(spec: Partial<LoadBalancerSpec>) {
  const read = readFrontPorts(loadBalancerWith(spec));
  assert.ok(read.valid);
  return read.ports;
}

Deno.test("a port without a protocol is a TCP port", () => {
  assert.equal(portsOf({ ports: [{ port: 80 }] })[0]?.protocol, "TCP");
});

Deno.test("the tenant's port names are kept, absent ones are made", () => {
  const ports = portsOf({
    ports: [{ name: "HTTP", port: 80 }, { port: 53, protocol: "UDP" }, {
      name: "80-tcp",
      port: 81,
    }],
  });
  assert.deepEqual(ports.map(({ name }) => name), ["http", "53-udp", "80-tcp"]);
});

Deno.test("names that a Service would refuse are replaced", () => {
  const ports = portsOf({
    ports: [
      { name: "a_b", port: 1 },
      { name: "same", port: 2 },
      { name: "same", port: 3 },
      { name: "x".repeat(64), port: 4 },
      { name: "5-tcp", port: 6 },
      { port: 5 },
    ],
  });
  assert.deepEqual(
    ports.map(({ name }) => name),
    ["1-tcp", "same", "3-tcp", "4-tcp", "5-tcp", "5-tcp-2"],
  );
});

Deno.test("one port number may carry TCP and UDP", () => {
  assert.equal(portsOf({ ports: [{ port: 53 }, { port: 53, protocol: "UDP" }] }).length, 2);
});

Deno.test("what cannot be served names its field", () => {
  const ok = { ports: [{ port: 80 }] };
  const table: [Partial<LoadBalancerSpec>, RegExp][] = [
    [{ ports: [] }, /^spec\.ports is empty/],
    [{ ports: [{ port: 0 }] }, /^spec\.ports\[0\]\.port 0 is out of range/],
    [{ ports: [{ port: 80 }, { port: 65536 }] }, /^spec\.ports\[1\]\.port 65536 is out of range/],
    [
      { ports: [{ port: 80 }, { port: 80, protocol: "TCP" }] },
      /TCP 80 is spec\.ports\[0\] already/,
    ],
    [{ ...ok, type: "ExternalName" }, /^spec\.type "ExternalName"/],
    [{ ...ok, loadBalancerIP: "10.0.0" }, /^spec\.loadBalancerIP "10\.0\.0"/],
    [{ ...ok, sourceRanges: ["10.0.0.0/8", "x"] }, /^spec\.sourceRanges\[1\] "x"/],
    [{ ...ok, sourceRanges: ["192.0.2.1"] }, /^spec\.sourceRanges\[0\] "192\.0\.2\.1"/],
    [{ ...ok, sourceRanges: ["10.0.0.0/08"] }, /^spec\.sourceRanges\[0\] "10\.0\.0\.0\/08"/],
    [{ ...ok, healthCheckNodePort: 70000 }, /^spec\.healthCheckNodePort 70000 is out of range/],
    [{ ...ok, healthCheckNodePort: -5 }, /^spec\.healthCheckNodePort -5 is out of range/],
    [{ ...ok, healthCheck: { interval: "61m" } }, /^spec\.healthCheck\.interval "61m"/],
    [
      { ...ok, healthCheck: { timeout: `${"9".repeat(400)}h` } },
      /^spec\.healthCheck\.timeout "9+h"/,
    ],
    [{ ...ok, healthCheck: { timeout: "soon" } }, /^spec\.healthCheck\.timeout "soon" is no/],
  ];
  for (const [spec, expected] of table) {
    const problems = problemsOf(spec);
    assert.equal(problems.length, 1, problems.join());
    assert.match(problems[0]!, expected);
  }
});

Deno.test("an annotation that cannot be followed is a problem too", () => {
  const loadBalancer = loadBalancerWith({});
  loadBalancer.metadata.annotations = { "kubelb.k8c.io/udp-idle-timeout": "soon" };
  const read = readFrontPorts(loadBalancer);
  assert.ok(!read.valid);
  const fields = read.problems.map(({ field }) => field);
  assert.deepEqual(fields, ["metadata.annotations[kubelb.k8c.io/udp-idle-timeout]"]);
});

Deno.test("a load balancer without a ports field is told so", () => {
  const loadBalancer = loadBalancerWith({});
  delete loadBalancer.spec.ports;
  assert.equal(readFrontPorts(loadBalancer).valid, false);
});

Deno.test("a health check that Envoy takes is no problem", () => {
  const healthCheck = { interval: "1h", timeout: "100ms" };
  assert.deepEqual(problemsOf({ ports: [{ port: 80 }], healthCheck, healthCheckNodePort: 0 }), []);
});

Deno.test("a hundred ports are as good as one", () => {
  const ports = Array.from({ length: 100 }, (_, index) => ({ port: 1000 + index }));
  assert.equal(portsOf({ ports }).length, 100);
});

Deno.test("port names are unique DNS labels, whatever the tenant wrote", () => {
  const port = fc.record({
    name: fc.oneof(fc.constantFrom("", "a", "1-tcp", "2-tcp", "1-tcp-2", "A B"), fc.string()),
    port: fc.integer({ min: 1, max: 6 }),
  });
  const ports = fc.uniqueArray(port, { selector: (candidate) => candidate.port, minLength: 1 });
  fc.assert(fc.property(ports, (ports) => {
    const names = portsOf({ ports }).map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    for (const name of names) assert.match(name, /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
  }));
});
