/**
 * How long Envoy remembers a client of UDP, which takes a file descriptor for as long.
 *
 * @module
 */
import assert from "node:assert/strict";
import { udpIdleTimeoutAnnotation } from "../../apis/kubelb/names.ts";
import { ask } from "../../tools/demo/answers.ts";
import { World } from "../../tools/installation/world.ts";
import { eventually } from "../harness/mod.ts";
import { askEnvoy } from "./envoy_admin.ts";

const dns = { name: "dns", protocol: "UDP", port: 5353 } as const;

/** The Service `name` as it is written now; resolves to its address when that answers. */
async function publish(world: World, name: string, idleTimeout?: string): Promise<string> {
  const annotations = { ...idleTimeout && { [udpIdleTimeoutAnnotation]: idleTimeout } };
  const { spec } = await world.tenant.createService(name, [dns], {}, annotations);
  for (const number of [1, 2]) {
    await world.backends.start(`node-${number}`, world.network.nodeAddress(number), spec.ports);
  }
  const address = await world.tenant.addressOf(name);
  await eventually(() => ask("UDP", address, 5353), { describe: `an answer of ${name}` });
  return address;
}

/** How many clients of the Service Envoy remembers. */
async function sessionsOf({ hub, tenant }: World, name: string): Promise<number> {
  const { metadata: { uid } } = await tenant.service(name);
  const stats = await askEnvoy(hub.manager, "tenant-acme", "/stats?filter=downstream_sess_active");
  const found = new RegExp(`${uid}/UDP/5353\\.downstream_sess_active: (\\d+)`).exec(stats);
  assert.ok(found, stats);
  return Number(found[1]);
}

/** What the Service's own condition says. */
async function told(world: World, name: string) {
  type Conditions = { conditions?: { type: string; reason: string; message: string }[] };
  const { conditions = [] } = (await world.tenant.service(name)).status as Conditions;
  return conditions.find(({ type }) => type === "kubelb.k8c.io/Served");
}

Deno.test("a Service says for how long a silent client of UDP is remembered", async () => {
  await using world = await World.start();
  await publish(world, "games");
  const address = await publish(world, "names", "1s");
  await eventually(async () => await sessionsOf(world, "names") === 0, {
    describe: "the clients that asked for a name to be forgotten",
  });
  assert.ok(await sessionsOf(world, "games") > 0, "the others are remembered for a minute");

  await publish(world, "names", "soon");
  const { reason, message } = await eventually(() => told(world, "names"), {
    describe: "a condition on the tenant's Service",
  });
  assert.equal(reason, "Invalid");
  assert.match(message, /udp-idle-timeout\] "soon" is no duration from 1s to 1h/);
  await ask("UDP", address, 5353);

  await publish(world, "names", "1h");
  await eventually(async () => await told(world, "names") === undefined, {
    describe: "the condition to go",
  });
  await eventually(async () => {
    await ask("UDP", address, 5353);
    return await sessionsOf(world, "names") > 0;
  }, { describe: "a client to be remembered" });
});
