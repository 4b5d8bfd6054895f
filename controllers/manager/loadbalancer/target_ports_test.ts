import assert from "node:assert/strict";
import { readFrontPorts } from "./front_ports.ts";
import { keptTargetPorts, knownTargetPorts, targetPortNumbers } from "./target_ports.ts";
import { hubServiceWith, loadBalancerWith } from "./testdata.ts";

const none = new Set<number>();

function frontPorts(...ports: { name?: string; port: number; protocol?: "TCP" | "UDP" }[]) {
  const read = readFrontPorts(loadBalancerWith({ ports }));
  assert.ok(read.valid);
  return read.ports;
}

Deno.test("a front port keeps its listener port", () => {
  const known = [{ name: "http", port: 80, targetPort: 10001 }];
  const kept = keptTargetPorts(frontPorts({ name: "http", port: 80 }), known, none);
  assert.deepEqual([...kept], [["TCP/80", 10001]]);
});

Deno.test("a front port whose number changed keeps its listener port by its name", () => {
  const known = [{ name: "http", port: 80, targetPort: 10001 }];
  const kept = keptTargetPorts(frontPorts({ name: "http", port: 8080 }), known, none);
  assert.deepEqual([...kept], [["TCP/8080", 10001]]);
});

Deno.test("the same number with another protocol is another port", () => {
  const known = [{ name: "dns", port: 53, targetPort: 10001 }];
  const ports = frontPorts({ name: "x", port: 53, protocol: "UDP" });
  assert.equal(keptTargetPorts(ports, known, none).size, 0);
});

Deno.test("two front ports never keep one listener port", () => {
  const known = [{ name: "a", port: 80, targetPort: 1 }, { name: "b", port: 81, targetPort: 1 }];
  const ports = frontPorts({ name: "a", port: 80 }, { name: "b", port: 81 });
  assert.deepEqual([...keptTargetPorts(ports, known, none)], [["TCP/80", 1]]);
});

Deno.test("a listener port that an older object holds is given up", () => {
  const known = [{ name: "http", port: 80, targetPort: 10001 }];
  const ports = frontPorts({ name: "http", port: 80 });
  assert.equal(keptTargetPorts(ports, known, new Set([10001])).size, 0);
});

Deno.test("the Service is the authority, the status counts only where there is no Service", () => {
  const loadBalancer = loadBalancerWith({});
  loadBalancer.status = {
    service: { ports: [{ port: 80, targetPort: 20002, upstreamTargetPort: 30080 }] },
  };
  const numbers = (service?: ReturnType<typeof hubServiceWith>) =>
    targetPortNumbers(knownTargetPorts(loadBalancer, service));
  assert.deepEqual(numbers(hubServiceWith({})), [10001]);
  assert.deepEqual(numbers(), [20002]);
});

Deno.test("named and absent target ports are no listener ports", () => {
  const ports = [{ port: 80, targetPort: "http" }, { port: 81 }, { port: 82, targetPort: 0 }];
  assert.deepEqual(knownTargetPorts(loadBalancerWith({}), hubServiceWith({ ports })), []);
});
