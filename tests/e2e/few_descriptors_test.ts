/**
 * A host that lets few files be opened. An Envoy that is told to listen on more ports than it has
 * file descriptors for ends, and with it everything its tenant serves.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { udpIdleTimeoutAnnotation } from "../../apis/kubelb/names.ts";
import type { LoadBalancerSpec } from "../../apis/kubelb/v1alpha1/mod.ts";
import { delay, systemClock } from "../../base/clock.ts";
import { portOwnerOf } from "../../controllers/manager/hub/service_owner.ts";
import { comparePrecedence } from "../../fleet/port_owner.ts";
import { applyObject } from "../../tools/cluster/manifest.ts";
import { ask } from "../../tools/demo/answers.ts";
import { envoysOf } from "../../tools/installation/envoy_processes.ts";
import { movedPorts, readPortTable } from "../../tools/installation/port_table.ts";
import { runtimeOf } from "../../tools/process/runtime.ts";
import { eventually, Sandbox, TcpBackend, UdpBackend } from "../harness/mod.ts";
import { HubFixture } from "../manager/hub_fixture.ts";
import { askEnvoy } from "./envoy_admin.ts";

/** Of 1,320, 320 are divided: with two worker threads that makes 100 listeners. */
const limit = 1_320;
const most = 100;

/** It makes 100 listeners as well, of which 20 may drain, and 150 end an Envoy. */
const lowLimit = 370;
const mayDrain = 20;

/** Enough for 200 listeners. */
const highLimit = 1_640;

// A manager's process changes hands while a test runs.
const sanitizersOff = { sanitizeOps: false, sanitizeResources: false };

const waitsForOthers = {
  status: "Unknown",
  message: /listeners wait until others .* have drained/,
};

const tooMany = { status: "False", reason: "TooManyPorts" };

/**
 * Port 8080 and those behind it, all with the same backend. Without health checks: an Envoy that
 * starts makes the first of all endpoints at once, and has no descriptors for 180 of them beside its
 * listeners.
 */
function ports(count: number): Partial<LoadBalancerSpec> {
  const names = Array.from({ length: count }, (_, at) => `port-${at}`);
  return {
    healthCheck: { disabled: true },
    ports: names.map((name, at) => ({ name, protocol: "TCP", port: 8080 + at })),
    endpoints: [{
      addressesReference: { name: "default" },
      ports: names.map((name) => ({ name, protocol: "TCP", port: 31080 })),
    }],
  };
}

/** A manager that may open no more files, when it starts, than `limitTo` said last. */
async function limitedManager(sandbox: Sandbox): Promise<string> {
  const { flags } = runtimeOf("manager");
  const main = new URL("../../main.ts", import.meta.url).pathname;
  const command = [Deno.execPath(), "run", ...flags, main].map((word) => `"${word}"`).join(" ");
  const script = `#!/bin/sh\nulimit -n $(cat "$0.limit")\nexec ${command} "$@"`;
  const path = await sandbox.write("manager", script);
  await Deno.chmod(path, 0o755);
  return path;
}

async function limitTo(sandbox: Sandbox, files: number): Promise<void> {
  await sandbox.write("manager.limit", String(files));
}

/** A hub whose tenant has a node that answers on all ports of its load balancers. */
async function start(sandbox: Sandbox, files: number): Promise<HubFixture> {
  await limitTo(sandbox, files);
  const program = { executable: await limitedManager(sandbox) };
  const fixture = await HubFixture.start({ program });
  await fixture.tenants("acme");
  await fixture.setNodes("acme", [1]);
  return fixture;
}

function backendOf({ network }: HubFixture): TcpBackend {
  return new TcpBackend({ address: network.nodeAddress(1), port: 31080, identity: "node-1" });
}

/** Waits until the last of the ports that a load balancer has answers. */
function lastAnswers(address: string, count: number): Promise<unknown> {
  return eventually(() => ask("TCP", address, 8080 + count - 1), {
    describe: `the last port of ${address} to answer`,
    deadline: 20_000,
  });
}

/** Another manager process takes over, with the limit that is set now. */
async function restartManager({ hub: { manager } }: HubFixture): Promise<void> {
  await manager.kill("SIGKILL");
  await manager.start();
  await manager.waitReady();
}

/** Ends the fleet's Envoy, whose successor has the manager's present limit. */
async function killEnvoy({ hub: { manager } }: HubFixture): Promise<void> {
  const [pid] = await envoysOf(manager.folder);
  Deno.kill(pid!, "SIGKILL");
}

Deno.test("load balancers whose ports the Envoy cannot open are refused, and harm no others", async () => {
  await using sandbox = await Sandbox.create("programs");
  await using fixture = await start(sandbox, limit);
  await using _backend = backendOf(fixture);

  await fixture.createLoadBalancer("acme", "large", ports(60));
  const first = await fixture.addressOf("acme", "large");
  await fixture.createLoadBalancer("acme", "larger", ports(most - 60 + 1));
  const { message } = await fixture.condition("acme", "larger", "Accepted", tooMany);
  assert.match(
    message,
    /^1 more listener ports .* left of the 100 .*LimitNOFILE.*--envoy-concurrency/,
  );
  await eventually(() => fixture.hasEvent("acme", "TooManyPorts", "larger"), {
    describe: "an event on the load balancer",
  });

  await fixture.createLoadBalancer("acme", "smaller", ports(most - 60));
  const second = await fixture.addressOf("acme", "smaller");
  await Promise.all([lastAnswers(first, 60), lastAnswers(second, most - 60)]);

  await fixture.deleteLoadBalancer("acme", "large");
  const third = await fixture.addressOf("acme", "larger", 60_000);
  await lastAnswers(third, most - 60 + 1);
  const log = await fixture.hub.manager.log();
  assert.doesNotMatch(log, /Envoy (exited|was ended)/);
});

Deno.test(
  "under a lower limit the oldest load balancers are served, the others keep what they have",
  sanitizersOff,
  async () => {
    await using sandbox = await Sandbox.create("programs");
    await using fixture = await start(sandbox, highLimit);
    await using _backend = backendOf(fixture);
    for (const name of ["a", "b"]) await fixture.createLoadBalancer("acme", name, ports(90));
    const addresses = new Map<string, string>();
    for (const name of ["a", "b"]) addresses.set(name, await fixture.addressOf("acme", name));
    const answers = (name: string) => lastAnswers(addresses.get(name)!, 90);
    await Promise.all([answers("a"), answers("b")]);
    const [older, younger] = await byAge(fixture, ["a", "b"]);
    const before = await readPortTable(fixture.hub.plane, "tenant-acme");

    await limitTo(sandbox, lowLimit);
    await restartManager(fixture);
    // The Envoy that runs has the limit that it was started with.
    await Promise.all([answers(older), answers(younger)]);

    await killEnvoy(fixture);
    const { message } = await fixture.condition("acme", younger, "Accepted", tooMany);
    assert.match(message, /100 .*LimitNOFILE/);
    await fixture.condition("acme", younger, "Programmed", tooMany);
    await fixture.condition("acme", younger, "AddressAssigned", { status: "True" });
    await answers(older);
    assert.deepEqual(movedPorts(before, await readPortTable(fixture.hub.plane, "tenant-acme")), []);
    const log = await fixture.hub.manager.log();
    assert.match(log, /load balancers are not served.*possible=100/);
    assert.doesNotMatch(log, /io_handle_/);

    const envoys = await envoysOf(fixture.hub.manager.folder);
    await fixture.deleteLoadBalancer("acme", older);
    await answers(younger);
    assert.deepEqual(await envoysOf(fixture.hub.manager.folder), envoys, "none has ended over it");
    await fixture.condition("acme", younger, "Programmed", { status: "True" });
  },
);

Deno.test(
  "a running Envoy is not told more than its own limit allows, however high the manager's is",
  sanitizersOff,
  async () => {
    await using sandbox = await Sandbox.create("programs");
    await using fixture = await start(sandbox, lowLimit);
    await using _backend = backendOf(fixture);
    await fixture.createLoadBalancer("acme", "first", ports(90));
    const first = await fixture.addressOf("acme", "first");
    await lastAnswers(first, 90);

    await limitTo(sandbox, highLimit);
    await restartManager(fixture);
    await fixture.createLoadBalancer("acme", "second", ports(100));
    const { message } = await fixture.condition("acme", "second", "Accepted", tooMany);
    assert.match(message, /keeps the limit/);
    await lastAnswers(first, 90);
    assert.doesNotMatch(await fixture.hub.manager.log(), /Envoy (exited|was ended)/);

    await killEnvoy(fixture);
    const second = await fixture.addressOf("acme", "second");
    await Promise.all([lastAnswers(first, 90), lastAnswers(second, 100)]);
  },
);

Deno.test("more clients of UDP than there are file descriptors for harm nobody else", async () => {
  await using sandbox = await Sandbox.create("programs");
  await using fixture = await start(sandbox, lowLimit);
  await using _backend = backendOf(fixture);

  await using _datagrams = await UdpBackend.start({
    address: fixture.network.nodeAddress(1),
    port: 31080,
    identity: "node-1",
  });
  await fixture.createLoadBalancer("acme", "web");
  await fixture.createLoadBalancer("acme", "names", {
    ports: [{ name: "names", protocol: "UDP", port: 8053 }],
    endpoints: [{
      addressesReference: { name: "default" },
      ports: [{ name: "names", protocol: "UDP", port: 31080 }],
    }],
  });
  const web = await fixture.addressOf("acme", "web");
  const names = await fixture.addressOf("acme", "names");
  const answers = () => eventually(() => ask("TCP", web, 8080), { describe: "an answer by TCP" });
  await answers();
  const [pid] = await envoysOf(fixture.hub.manager.folder);

  await using clients = new AsyncDisposableStack();
  for (let count = 0; count < 2 * lowLimit; count++) {
    const client = clients.adopt(createSocket("udp4"), (socket) => void socket.close());
    client.send("hello", 8053, names);
  }
  const overflow = /names\/UDP\/8053\.upstream_cx_overflow: [1-9]/;
  await eventually(
    async () =>
      overflow.test(await askEnvoy(fixture.hub.manager, "tenant-acme", "/stats?filter=overflow")),
    {
      describe: "datagrams of too many clients to be dropped",
    },
  );
  await answers();
  await fixture.createLoadBalancer("acme", "later", ports(10));
  await lastAnswers(await fixture.addressOf("acme", "later"), 10);
  assert.deepEqual(await envoysOf(fixture.hub.manager.folder), [pid]);
});

Deno.test("changes that come faster than Envoy gives back descriptors wait, and harm nobody", async () => {
  await using sandbox = await Sandbox.create("programs");
  await using fixture = await start(sandbox, lowLimit);
  await using _backend = backendOf(fixture);
  await fixture.createLoadBalancer("acme", "web");
  const web = await fixture.addressOf("acme", "web");
  await lastAnswers(web, 1);
  await createDatagramPorts(fixture, mayDrain, "1h");
  await fixture.condition("acme", "names", "Programmed", { status: "True" });
  const envoys = await envoysOf(fixture.hub.manager.folder);

  // Without a pace an Envoy with so few files ended after the seventh change.
  for (let change = 1; change <= 40; change++) {
    await createDatagramPorts(fixture, mayDrain, `${change}m`);
    await delay(systemClock, 250);
  }
  const stats = () =>
    askEnvoy(fixture.hub.manager, "tenant-acme", "/stats?filter=listener_manager.listener_");
  assert.match(await stats(), new RegExp(`listener_modified: ${mayDrain}\n`));
  assert.match(await fixture.hub.manager.log(), /new and changed listeners wait.*possible=20/);
  await lastAnswers(web, 1);

  await fixture.createLoadBalancer("acme", "later");
  await fixture.condition("acme", "later", "Programmed", waitsForOthers);
  await fixture.deleteLoadBalancer("acme", "names");
  await eventually(async () => /listener_removed: 20\n/.test(await stats()), {
    describe: "what goes to go at once",
  });
  await fixture.condition("acme", "later", "Programmed", { status: "True" }, 90_000);
  await lastAnswers(await fixture.addressOf("acme", "later"), 1);
  assert.deepEqual(await envoysOf(fixture.hub.manager.folder), envoys);
});

Deno.test("the next manager knows what drains already", sanitizersOff, async () => {
  await using sandbox = await Sandbox.create("programs");
  await using fixture = await start(sandbox, lowLimit);
  await using _backend = backendOf(fixture);
  await createDatagramPorts(fixture, mayDrain, "1h");
  await fixture.condition("acme", "names", "Programmed", { status: "True" });
  await createDatagramPorts(fixture, mayDrain, "1m");
  await eventually(async () => {
    const stats = await askEnvoy(fixture.hub.manager, "tenant-acme", "/stats?filter=draining");
    return stats.includes(`total_listeners_draining: ${mayDrain}\n`);
  }, { describe: "the changed listeners to drain" });
  const envoys = await envoysOf(fixture.hub.manager.folder);

  // Without that knowledge each manager had another twenty drain, and the eighth had ended the Envoy.
  await restartManager(fixture);
  await fixture.createLoadBalancer("acme", "later");
  // The Envoy connects to it a moment later.
  await fixture.condition("acme", "later", "Programmed", waitsForOthers, 30_000);
  await fixture.condition("acme", "later", "Programmed", { status: "True" }, 90_000);
  await lastAnswers(await fixture.addressOf("acme", "later"), 1);
  assert.deepEqual(await envoysOf(fixture.hub.manager.folder), envoys);
});

/** A load balancer `names`, or another idle timeout of its ports, which changes their listeners. */
async function createDatagramPorts(
  { admin }: HubFixture,
  count: number,
  idleTimeout: string,
): Promise<void> {
  const names = Array.from({ length: count }, (_, at) => `port-${at}`);
  const annotations = { [udpIdleTimeoutAnnotation]: idleTimeout };
  await applyObject(admin, {
    apiVersion: "kubelb.k8c.io/v1alpha1",
    kind: "LoadBalancer",
    metadata: { name: "names", namespace: "tenant-acme", annotations },
    spec: {
      type: "LoadBalancer",
      ports: names.map((name, at) => ({ name, protocol: "UDP", port: 8080 + at })),
      endpoints: [{
        addressesReference: { name: "default" },
        ports: names.map((name) => ({ name, protocol: "UDP", port: 31080 })),
      }],
    },
  } as never);
}

/** Names of load balancers, the oldest first; those of one second by their uid. */
async function byAge(fixture: HubFixture, names: readonly string[]): Promise<[string, string]> {
  const objects = await Promise.all(names.map((name) => fixture.loadBalancer("acme", name)));
  const owners = objects.map((loadBalancer) => portOwnerOf(loadBalancer!));
  const [a, b] = owners.toSorted(comparePrecedence).map(({ name }) => name.split("/")[1]!);
  return [a!, b!];
}
