/**
 * Two managers on one hub and one host that do not share a state directory: whoever comes second
 * must not serve beside the first, and takes over when the first one's Envoys are gone.
 *
 * @module
 */
import assert from "node:assert/strict";
import { ask } from "../../tools/demo/answers.ts";
import type { Program } from "../../tools/process/program.ts";
import { eventually, TcpBackend } from "../harness/mod.ts";
import { HubFixture } from "../manager/hub_fixture.ts";
import { envoysOf } from "../../tools/installation/envoy_processes.ts";
import { SteadyLoad } from "../../tools/load/steady_load.ts";

/** Tenants whose first load balancer comes while both managers run. */
const newcomers = ["one", "two", "three"];

Deno.test("two managers with state directories of their own never serve the same twice", async () => {
  await using fixture = await HubFixture.start();
  const first = fixture.hub.manager;
  await using _backend = new TcpBackend({
    address: fixture.network.nodeAddress(1),
    port: 31080,
    identity: "node-1",
  });
  await fixture.tenants("acme", ...newcomers);
  const address = await publish(fixture, "acme", "web");
  const serving = (await envoysByFleet(first)).get("tenant-acme");

  await using second = await fixture.hub.startSecondManager({ ownState: true });
  await second.waitReady();
  await using load = new SteadyLoad({ protocol: "TCP", address, port: 8080 });
  await second.waitLog(/another Envoy of tenant-acme/);
  await Promise.all(newcomers.map((tenant) => publish(fixture, tenant, "web")));
  const all = ["acme", ...newcomers].map((tenant) => `tenant-${tenant}`).toSorted();
  await eventually(async () => {
    const fleets = (await Promise.all([first, second].map(envoysByFleet)))
      .flatMap((envoys) => [...envoys.keys()]);
    assert.deepEqual(fleets.toSorted(), all);
    return true;
  }, { describe: "one Envoy for each tenant" });
  // Whoever is too late says who serves, and complains of nothing else.
  for (const manager of [first, second]) {
    assert.doesNotMatch(
      await manager.log(),
      /ERROR .*(cannot bind|cannot start Envoy|another Envoy)/,
    );
  }
  assert.match(await second.metrics(), /leader_election_master_status\{[^}]*\} 0/);

  // Whichever manager an Envoy is connected to, the one that leads knows what it says.
  for (const tenant of newcomers) {
    await fixture.condition(tenant, "web", "Programmed", { status: "True" }, 30_000);
  }

  // The second leads now; the Envoy that it must not join serves on with what it has.
  await first.kill("SIGKILL");
  await fixture.createLoadBalancer("acme", "late");
  const told = await fixture.condition("acme", "late", "Programmed", { status: "False" }, 40_000);
  assert.equal(told.reason, "EnvoyUnavailable");
  assert.match(told.message, /another Envoy of tenant-acme/);
  assert.equal((await envoysByFleet(first)).get("tenant-acme"), serving);
  await load.stop();
  assert.equal(load.lost.length, 0, load.describe());

  for (const pid of await envoysOf(first.folder)) Deno.kill(pid, "SIGKILL");
  await eventually(() => ask("TCP", address, 8080), {
    describe: "an answer of the second manager's Envoy",
    deadline: 5_000,
  });
  await fixture.condition("acme", "late", "Programmed", { status: "True" });
  await ask("TCP", await fixture.addressOf("acme", "late"), 8080);
});

/** Creates a load balancer and waits until it answers. */
async function publish(fixture: HubFixture, tenant: string, name: string): Promise<string> {
  await fixture.createLoadBalancer(tenant, name);
  const address = await fixture.addressOf(tenant, name);
  await eventually(() => ask("TCP", address, 8080), {
    describe: `an answer of ${tenant}/${name}`,
    deadline: 20_000,
  });
  return address;
}

/** Process ids of the Envoys of a manager, by fleet. */
async function envoysByFleet(manager: Program): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const pid of await envoysOf(manager.folder)) {
    const commandLine = await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => "");
    const fleet = /\/fleets\/([^/]+)\//.exec(commandLine)?.[1];
    if (fleet !== undefined) found.set(fleet, pid);
  }
  return found;
}
