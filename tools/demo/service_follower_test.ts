import assert from "node:assert/strict";
import { FakeClock } from "../../base/fake_clock.ts";
import { freePort } from "../process/free_port.ts";
import { ask } from "./answers.ts";
import { NodeBackends } from "./node_backends.ts";
import { ServiceFollower } from "./service_follower.ts";

Deno.test("a Service that is created later gets backends at every node", async () => {
  await using backends = new NodeBackends("HTTP");
  const clock = new FakeClock();
  const lines: string[] = [];
  const ports = [freePort(), freePort()];
  const services = ports.map((nodePort) => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: `web-${nodePort}` },
    spec: { type: "LoadBalancer", ports: [{ protocol: "TCP" as const, port: 80, nodePort }] },
  }));
  let known: typeof services = [];
  let failure: Error | undefined = new Error("no answer");
  const tenant = {
    nodes: () => Promise.resolve([{ name: "node-1", address: "127.0.0.1" }]),
    loadBalancers: () => failure ? Promise.reject(failure) : Promise.resolve(known),
  };
  await using _follower = new ServiceFollower({
    tenant,
    backends,
    clock,
    say: (line) => lines.push(line),
  });
  await clock.advance(2_000);
  assert.deepEqual(lines, ["no backends for new Services: no answer"]);
  failure = undefined;
  for (const [index, port] of ports.entries()) {
    known = services.slice(0, index + 1);
    await clock.advance(2_000);
    assert.equal(await ask("HTTP", "127.0.0.1", port), "node-1");
  }
});
