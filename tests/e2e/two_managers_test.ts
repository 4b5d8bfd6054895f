/**
 * Two managers on one hub and one host: the second takes over what the first leaves behind.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventually } from "../../tools/process/eventually.ts";
import { envoysOf } from "../../tools/installation/envoy_processes.ts";
import { readPortTable } from "../../tools/installation/port_table.ts";
import { SteadyLoad } from "../../tools/load/steady_load.ts";
import { World } from "../../tools/installation/world.ts";

Deno.test("a second manager adopts the Envoy of a killed one, and no request is lost", async () => {
  await using world = await World.start();
  const { hub, tenant, network } = world;
  const web = await world.publish("web", { protocol: "TCP", port: 8080 }, { nodes: [1, 2, 3] });
  await using second = await hub.startSecondManager();
  await second.waitReady();
  const envoys = await envoysOf(hub.manager.folder);
  const ports = await readPortTable(hub.plane, "tenant-acme");
  assert.equal(envoys.length, 1, "the second manager starts no Envoy of its own");

  await using load = new SteadyLoad(web);
  await hub.manager.kill("SIGKILL");
  await tenant.addNode("node-3", network.nodeAddress(3));
  await eventually(() => load.answers.has("node-3"), {
    deadline: 40_000,
    describe: () => `the second manager to follow a change (${load.describe()})`,
  });
  await load.stop();
  assert.equal(load.lost.length, 0, load.describe());
  assert.deepEqual(await envoysOf(hub.manager.folder), envoys, "the Envoy was adopted");
  assert.deepEqual(await readPortTable(hub.plane, "tenant-acme"), ports);

  // The new leader serves new objects too, once the old lease has run out.
  await world.publish("late", { protocol: "TCP", port: 8080 });
});
