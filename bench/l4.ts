/**
 * `deno task bench l4`: the figures of layer 4, against real API servers and a real Envoy.
 *
 * @module
 */
import { services } from "../apis/core/v1.ts";
import { defineFlags } from "../modes/flags.ts";
import { installationBinaryNames } from "../tools/binaries/catalog.ts";
import { obtainBinaries } from "../tools/binaries/obtain.ts";
import { startTenantCluster } from "../tools/installation/tenant_cluster.ts";
import {
  endpointChangeRow,
  endpointCostRow,
  measureEndpointChanges,
  measureNodeChange,
  setNodes,
} from "./l4/endpoint_change.ts";
import { FigureTable } from "./l4/figure_table.ts";
import { measureMassCreation } from "./l4/mass_creation.ts";
import { measureRestart } from "./l4/restart.ts";
import { formatMilliseconds, type Row } from "./l4/row.ts";
import { measureIdleWrites, measureServicePath } from "./l4/service_path.ts";
import { oneWorker, World } from "./l4/world.ts";
import { Watched } from "./measure/watched.ts";
import { residentMegabytes } from "./measure/process_usage.ts";
import { benchFlags } from "./measure/bench_flags.ts";
import { report } from "./measure/progress.ts";

const flags = defineFlags({
  quick: { type: "boolean", default: false, description: "Leave out the sizes above 1,000." },
  samples: { type: "integer", default: 50, description: "Changes per size.", min: 5 },
  idle: { type: "integer", default: 60, description: "Idle seconds to watch.", min: 1 },
});

/** Upstream's medians by number of load balancers. */
const upstreamChange = new Map([[1, "8.7 ms"], [100, "17 ms"], [1_000, "312 ms"], [10_000, "–"]]);

const table = new FigureTable(report);

async function measureHub(quick: boolean, samples: number): Promise<void> {
  const starting = performance.now();
  await using world = await World.start({ report, managerFlags: quick ? [] : oneWorker });
  report(`world started in ${formatMilliseconds(performance.now() - starting)}`);
  const { hub } = world;
  const idle = await residentMegabytes(world.managerPid);
  for (const tenant of ["bench", "mass", "other"]) await hub.registerTenant(tenant);

  const names: string[] = [];
  for (const size of quick ? [1, 100, 1_000] : [1, 100, 1_000, 10_000]) {
    const more = Array.from({ length: size - names.length }, (_, i) => `lb-${names.length + i}`);
    await world.createMany("bench", more);
    names.push(...more);
    await world.allAddressed("bench", names.length, 900_000);
    const cost = await measureEndpointChanges(world, "bench", names, samples);
    table.add(endpointChangeRow(size, upstreamChange.get(size)!, cost));
    if (size === 1_000) {
      table.add(endpointCostRow(cost));
      await measureAtThousand(world, idle);
    }
  }
}

async function measureAtThousand(world: World, idle: number): Promise<void> {
  const loaded = await residentMegabytes(world.managerPid);
  table.add(...await measureRestart(world, "bench", 1_000));
  const restarted = await residentMegabytes(world.managerPid);
  await setNodes(world, "mass", [1]);
  table.add(...await measureMassCreation(world, "mass", "other", 1_000));
  table.add(await measureNodeChange(world, "mass", 1_000));
  table.add({
    figure: "manager RSS: idle; with 1,000 and Envoy connected (after restart), from source",
    upstream: "50; 168–634 MB",
    aim: "≤ 90; ≤ 150 MB",
    ours: `${idle.toFixed(0)}; ${loaded.toFixed(0)} (${restarted.toFixed(0)}) MB`,
  });
}

async function measureTenant(idle: number): Promise<void> {
  await using world = await World.start({ report });
  await using tenant = await startTenantCluster({
    tenant: "acme",
    report,
    hubKubeconfig: () => world.hub.registerTenant("acme"),
  });
  const nodeAddress = world.backend.address;
  await tenant.addNode("node-1", nodeAddress);
  await using watched = await Watched.start(tenant.plane.adminKubeconfig, services);
  const path = { hub: world.hub, tenant, services: watched, nodeAddress };
  table.add(...await measureServicePath(path, 20));
  table.add(await measureIdleWrites(path, idle));
  const ccm = await residentMegabytes(tenant.ccm.process.pid);
  table.add({
    figure: "CCM RSS, from source",
    upstream: "35 MB",
    aim: "≤ 80 MB",
    ours: `${ccm.toFixed(0)} MB`,
  });
  table.add(
    await measureStart(world.hub.manager, "manager"),
    await measureStart(tenant.ccm, "CCM"),
  );
}

async function measureStart(program: World["hub"]["manager"], name: string): Promise<Row> {
  await program.kill("SIGTERM");
  const start = performance.now();
  await program.start();
  await program.waitReady();
  return {
    figure: `${name}: start → ready`,
    upstream: name === "manager" ? "0.08–0.21 s" : "0.15 s",
    aim: "≤ 1 s",
    ours: formatMilliseconds(performance.now() - start),
  };
}

const values = benchFlags(flags, "l4 [--quick] [--samples=50] [--idle=60]");
if (values !== undefined) {
  await obtainBinaries(installationBinaryNames, { report });
  await measureTenant(values.idle);
  await measureHub(values.quick, values.samples);
  Deno.stdout.writeSync(new TextEncoder().encode(table.toString()));
}
