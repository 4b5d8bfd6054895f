/**
 * kill -9 of every part while requests flow: no request and no open connection is lost, nothing
 * moves, everything recovers.
 *
 * @module
 */
import assert from "node:assert/strict";
import { delay, systemClock } from "../../base/clock.ts";
import { ask } from "../../tools/demo/answers.ts";
import { eventually } from "../../tools/process/eventually.ts";
import { envoysOf } from "../../tools/installation/envoy_processes.ts";
import { HeldConnection } from "../../tools/load/held_connection.ts";
import { partNames, partOf } from "../../tools/installation/parts.ts";
import { readPortTable } from "../../tools/installation/port_table.ts";
import { SteadyLoad } from "../../tools/load/steady_load.ts";
import { World } from "../../tools/installation/world.ts";

let world: World;
Deno.test.beforeAll(async () => {
  world = await World.start();
});
Deno.test.afterAll(() => world?.[Symbol.asyncDispose]());

/** Opened before the first kill and used after each: what no fault of ours may end. */
const held = new Map<string, HeldConnection>();
Deno.test.afterAll(() => held.forEach((connection) => connection[Symbol.dispose]()));

/** The parts change hands inside the tests: processes of the shared world end and begin. */
const shared = { sanitizeOps: false, sanitizeResources: false };

/** How long a part stays dead. Long enough for every watch, stream and probe to notice. */
const outage = 1_000;

const parts = partNames.map((name) => partOf(() => world, name));

Deno.test("two TCP Services and a UDP Service answer from both nodes", shared, async () => {
  await world.publish("dns", { protocol: "UDP", port: 5353 });
  for (const name of ["web", "ssh"]) {
    const { address, port } = await world.publish(name, { protocol: "TCP", port: 8080 });
    held.set(name, await HeldConnection.open(address, port));
  }
});

let sequence = 0;

for (const part of parts) {
  Deno.test(
    `kill -9 of the ${part.name} loses no request, no connection and moves nothing`,
    shared,
    async () => {
      const [web, dns] = await Promise.all(
        ["web", "dns"].map((name) => world.tenant.addressOf(name)),
      );
      const before = await readPortTable(world.hub.plane, "tenant-acme");
      await using tcp = new SteadyLoad({ protocol: "TCP", address: web!, port: 8080 });
      await using udp = new SteadyLoad({ protocol: "UDP", address: dns!, port: 5353 });

      using fresh = await HeldConnection.open(web!, 8080);
      const connections = new Map([...held, ["web, opened just before", fresh]]);
      await part.kill();
      await assertAlive(connections, "while it is dead");
      await delay(systemClock, outage);
      await part.restart();

      // What comes after the fault is handled as before it, by everyone.
      const name = `after-${++sequence}`;
      await world.publish(name, { protocol: "TCP", port: 8080 });
      await world.tenant.deleteService(name);
      await eventually(async () => {
        assert.deepEqual(await readPortTable(world.hub.plane, "tenant-acme"), before);
        return true;
      }, { describe: "the port table to be as before", deadline: 20_000 });

      await assertAlive(connections, "after everything");
      await Promise.all([tcp.stop(), udp.stop()]);
      assert.ok(tcp.sent > 50 && udp.sent > 50, `${tcp.sent} and ${udp.sent} requests`);
      assert.equal(tcp.lost.length, 0, `TCP: ${tcp.describe()}`);
      assert.equal(udp.lost.length, 0, `UDP: ${udp.describe()}`);
    },
  );
}

async function assertAlive(connections: ReadonlyMap<string, HeldConnection>, when: string) {
  for (const [name, connection] of connections) {
    await assert.doesNotReject(connection.echo(`${name} ${when}`), `${name} ${when}`);
  }
}

Deno.test("kill -9 of the host's Envoy: it serves again within a second", shared, async () => {
  const address = await world.tenant.addressOf("web");
  const pid = await envoyPid(world);
  Deno.kill(pid, "SIGKILL");
  const start = systemClock.monotonic();
  await eventually(() => ask("TCP", address, 8080), { deadline: 5_000, interval: 20 });
  const elapsed = systemClock.monotonic() - start;
  assert.notEqual(await envoyPid(world), pid);
  for (const [name, connection] of held) {
    await assert.rejects(connection.echo(name), "its connections are those that a fault does end");
  }
  assert.ok(elapsed < 1_000, `back after ${elapsed.toFixed(0)} ms`);
});

/** The Envoy of the world's manager. */
function envoyPid({ hub }: World): Promise<number> {
  return eventually(async () => (await envoysOf(hub.manager.folder))[0], {
    describe: "an Envoy of the manager",
  });
}
