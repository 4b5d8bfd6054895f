/**
 * A host that lets few files be opened. An Envoy that is told to listen on more ports than it has
 * file descriptors for ends, and with it everything its tenant serves.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { LoadBalancerSpec } from "../../apis/kubelb/v1alpha1/mod.ts";
import { ask } from "../../tools/demo/answers.ts";
import { runtimeOf } from "../../tools/process/runtime.ts";
import { eventually, Sandbox, TcpBackend } from "../harness/mod.ts";
import { HubFixture } from "../manager/hub_fixture.ts";

/** Of 1,301, 301 are divided: with two worker threads that makes 100 listeners. */
const limit = 1_301;
const most = 100;

/** Port 8080 and those behind it, all with the same backend. */
function ports(count: number): Partial<LoadBalancerSpec> {
  const names = Array.from({ length: count }, (_, at) => `port-${at}`);
  return {
    ports: names.map((name, at) => ({ name, protocol: "TCP", port: 8080 + at })),
    endpoints: [{
      addressesReference: { name: "default" },
      ports: names.map((name) => ({ name, protocol: "TCP", port: 31080 })),
    }],
  };
}

/** A manager that may open no more, nor may what it starts. */
async function limitedManager(sandbox: Sandbox): Promise<string> {
  const { flags } = runtimeOf("manager");
  const main = new URL("../../main.ts", import.meta.url).pathname;
  const command = [Deno.execPath(), "run", ...flags, main].map((word) => `"${word}"`).join(" ");
  const path = await sandbox.write(
    "manager",
    `#!/bin/sh\nulimit -n ${limit}\nexec ${command} "$@"`,
  );
  await Deno.chmod(path, 0o755);
  return path;
}

Deno.test("load balancers whose ports the Envoy cannot open are refused, and harm no others", async () => {
  await using sandbox = await Sandbox.create("programs");
  const program = { executable: await limitedManager(sandbox) };
  await using fixture = await HubFixture.start({ program });
  const node = { address: fixture.network.nodeAddress(1), port: 31080, identity: "node-1" };
  await using _backend = new TcpBackend(node);
  await fixture.tenants("acme");
  const tooMany = { status: "False", reason: "TooManyPorts" };

  await fixture.createLoadBalancer("acme", "large", ports(60));
  const first = await fixture.addressOf("acme", "large");
  await fixture.createLoadBalancer("acme", "larger", ports(most - 60 + 1));
  const { message } = await fixture.condition("acme", "larger", "Accepted", tooMany);
  assert.match(message, /1 listener ports more than the 100 .*LimitNOFILE.*--envoy-concurrency/);
  await eventually(() => fixture.hasEvent("acme", "TooManyPorts", "larger"), {
    describe: "an event on the load balancer",
  });

  await fixture.createLoadBalancer("acme", "smaller", ports(most - 60));
  const second = await fixture.addressOf("acme", "smaller");
  const last = (address: string, count: number) =>
    eventually(() => ask("TCP", address, 8080 + count - 1), {
      describe: `the last port of ${address} to answer`,
      deadline: 20_000,
    });
  await Promise.all([last(first, 60), last(second, most - 60)]);

  await fixture.deleteLoadBalancer("acme", "large");
  const third = await fixture.addressOf("acme", "larger", 60_000);
  await last(third, most - 60 + 1);
  const log = await fixture.hub.manager.log();
  assert.doesNotMatch(log, /Envoy (exited|was ended)/);
});
