/**
 * `deno task bench scale`: the manager with 10,000 load balancers, and with 500 streams.
 *
 * @module
 */
import { defineFlags } from "../modes/flags.ts";
import { installationBinaryNames } from "../tools/binaries/catalog.ts";
import { obtainBinaries } from "../tools/binaries/obtain.ts";
import { BlackHole } from "../tools/backends/black_hole.ts";
import { measureEnvoyReturn } from "./l4/envoy_return.ts";
import { FigureTable } from "./l4/figure_table.ts";
import { measureRestart } from "./l4/restart.ts";
import { oneWorker, World } from "./l4/world.ts";
import { measureEndedConnections } from "./scale/ended_connections.ts";
import { measureManyStreams } from "./scale/many_streams.ts";
import { benchFlags } from "./measure/bench_flags.ts";
import { report } from "./measure/progress.ts";

const flags = defineFlags({
  quick: { type: "boolean", default: false, description: "Leave out the sizes above 1,000." },
  streams: { type: "integer", default: 500, description: "Envoys on one manager.", min: 2 },
  tenants: { type: "integer", default: 10, description: "Tenants they belong to.", min: 1 },
});

/** Load balancers of all tenants together while there are many streams. */
const loadBalancers = 1_000;

const table = new FigureTable(report);

async function measureRestarts(quick: boolean): Promise<void> {
  await using world = await World.start({ report, managerFlags: oneWorker });
  await world.hub.registerTenant("bench");
  let count = 0;
  for (const size of quick ? [1_000] : [1_000, 10_000]) {
    const names = Array.from({ length: size - count }, (_, index) => `lb-${count + index}`);
    count = size;
    await world.createMany("bench", names);
    await world.allAddressed("bench", size, 900_000);
    table.add(...await measureRestart(world, "bench", size));
    if (size > 1_000) continue;
    table.add(await measureEndedConnections(world, "bench", size));
    await measureReturns(world, size);
  }
}

/** Envoy comes back among many load balancers, and then with one whose node swallows packets. */
async function measureReturns(world: World, size: number): Promise<void> {
  const others = `${size.toLocaleString("en")} load balancers`;
  // Not lb-0: the restart has sent that one elsewhere.
  table.add(await measureEnvoyReturn(world, "bench", "lb-1", others));
  const address = world.backend.address.replace(/1$/, "2");
  await using _silent = await BlackHole.open(address, world.backend.port);
  await world.createLoadBalancer("bench", "silent", { addresses: [{ ip: address }] });
  await world.allAddressed("bench", size + 1, 60_000);
  table.add(
    await measureEnvoyReturn(world, "bench", "lb-1", `${others}, one node swallows packets`),
  );
  await world.deleteLoadBalancer("bench", "silent");
}

async function measureStreams(streams: number, count: number): Promise<void> {
  await using world = await World.start({ report });
  const tenants = Array.from({ length: count }, (_, index) => `tenant${index}`);
  const crowd = { tenants, streams, loadBalancers: Math.ceil(loadBalancers / count) };
  table.add(...await measureManyStreams(world, crowd, report));
}

const values = benchFlags(flags, "scale [--quick] [--streams=500] [--tenants=10]");
if (values !== undefined) {
  const { quick, streams, tenants } = values;
  await obtainBinaries(installationBinaryNames, { report });
  await measureRestarts(quick);
  await measureStreams(streams, tenants);
  Deno.stdout.writeSync(new TextEncoder().encode(table.toString()));
}
