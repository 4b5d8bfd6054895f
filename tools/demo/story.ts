/**
 * What the demo shows, step by step; each step checks what it says.
 *
 * @module
 */
import { eventually } from "../process/eventually.ts";
import type { LoopbackNetwork } from "../installation/loopback_network.ts";
import type { ServicePort, TenantCluster, TenantService } from "../installation/tenant_cluster.ts";
import { type Answers, ask, askTimes, describeAnswers, type Language } from "./answers.ts";
import type { NodeBackends } from "./node_backends.ts";

/** Prints one line of the story. */
export type Say = (line: string) => void;

/** The parts that the story plays with. */
export interface Stage {
  readonly tenant: TenantCluster;
  readonly network: LoopbackNetwork;
  readonly backends: NodeBackends;
  readonly say: Say;
}

/** A Service that got its address. */
export interface Published {
  readonly name: string;
  readonly protocol: "TCP" | "UDP";
  readonly address: string;
  readonly port: number;
}

const requests = 12;

/** What the backends of a port understand. */
const languages: Readonly<Record<Published["protocol"], Language>> = { TCP: "HTTP", UDP: "UDP" };

/** Plays the whole story; returns the Service that is left running. @throws when a step fails. */
export async function playStory(stage: Stage): Promise<Published> {
  const { tenant, network, say } = stage;
  await tenant.addNode("node-1", network.nodeAddress(1));
  await tenant.addNode("node-2", network.nodeAddress(2));
  say(`Two nodes: node-1 ${network.nodeAddress(1)}, node-2 ${network.nodeAddress(2)}`);

  const [web, dns] = await Promise.all([
    publish(stage, "web", { name: "tcp", protocol: "TCP", port: 8080 }),
    publish(stage, "dns", { name: "udp", protocol: "UDP", port: 5353 }),
  ]);
  await expectExactly(stage, web, ["node-1", "node-2"]);
  await expectExactly(stage, dns, ["node-1", "node-2"]);

  say("");
  say("A third node joins:");
  await startBackends(stage, 3, await servicePorts(tenant));
  await tenant.addNode("node-3", network.nodeAddress(3));
  await expectExactly(stage, web, ["node-1", "node-2", "node-3"]);
  await expectExactly(stage, dns, ["node-1", "node-2", "node-3"]);

  say("");
  say("node-1 is taken away (its backend still runs, so only routing can keep requests off it):");
  await tenant.removeNode("node-1");
  await expectExactly(stage, web, ["node-2", "node-3"]);
  await expectExactly(stage, dns, ["node-2", "node-3"]);

  say("");
  say("Service dns is deleted:");
  await tenant.deleteService(dns.name);
  await expectSilence(stage, dns);
  await expectExactly(stage, web, ["node-2", "node-3"]);
  return web;
}

async function publish(stage: Stage, name: string, port: ServicePort): Promise<Published> {
  const { tenant, say } = stage;
  const start = performance.now();
  const service = await tenant.createService(name, [port]);
  for (const number of [1, 2]) await startBackends(stage, number, service.spec.ports);
  const address = await tenant.addressOf(name);
  const addressed = performance.now() - start;
  const published = { name, protocol: port.protocol, address, port: port.port };
  await eventually(() => ask(languages[port.protocol], address, port.port), {
    describe: `an answer from ${address}:${port.port}`,
    interval: 10,
  });
  const answered = performance.now() - start;
  say(
    `Service ${name}: ${address}:${port.port}/${port.protocol}, ` +
      `address after ${addressed.toFixed(0)} ms, first answer after ${answered.toFixed(0)} ms`,
  );
  return published;
}

async function startBackends(
  { network, backends }: Stage,
  number: number,
  ports: readonly ServicePort[],
): Promise<void> {
  await backends.start(`node-${number}`, network.nodeAddress(number), ports);
}

async function servicePorts(tenant: TenantCluster): Promise<ServicePort[]> {
  const services: TenantService[] = [await tenant.service("web"), await tenant.service("dns")];
  return services.flatMap((service) => service.spec.ports);
}

/** Asks until one round of requests was answered by exactly these nodes. */
async function expectExactly(stage: Stage, target: Published, nodes: string[]): Promise<void> {
  const { protocol, address, port, name } = target;
  let last: Answers = new Map();
  await eventually(async () => {
    last = await askTimes(languages[protocol], address, port, requests);
    return [...last.keys()].toSorted().join() === nodes.join();
  }, {
    deadline: 20_000,
    describe: () => `${name} to be answered by ${nodes.join(", ")} (was ${describeAnswers(last)})`,
  });
  stage.say(`  ${requests} requests to ${name} (${protocol}): ${describeAnswers(last)}`);
}

/** Asks until nobody answers any more. */
async function expectSilence(stage: Stage, target: Published): Promise<void> {
  const { protocol, address, port, name } = target;
  const silent = () => ask(languages[protocol], address, port).then(() => false, () => true);
  await eventually(silent, { describe: `${name} to fall silent`, deadline: 20_000 });
  stage.say(`  ${address}:${port} no longer answers`);
}
