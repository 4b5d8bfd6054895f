/**
 * `deno task bench memory`: resident memory, and the CPU time that the settings which keep it small
 * cost; from source and from the bundle, against real API servers and a real Envoy.
 *
 * @module
 */
import { delay, systemClock } from "../base/clock.ts";
import { defineFlags } from "../modes/flags.ts";
import { installationBinaryNames } from "../tools/binaries/catalog.ts";
import { obtainBinaries } from "../tools/binaries/obtain.ts";
import { makeBundle } from "../tools/bundle/make_bundle.ts";
import { startTenantCluster } from "../tools/installation/tenant_cluster.ts";
import type { Program, ProgramOptions } from "../tools/process/program.ts";
import { Sandbox } from "../tools/process/sandbox.ts";
import { measureEndpointChanges } from "./l4/endpoint_change.ts";
import { World } from "./l4/world.ts";
import { cpuMilliseconds, residentMegabytes } from "./measure/process_usage.ts";
import { renderTable } from "./measure/table.ts";
import { benchFlags } from "./measure/bench_flags.ts";
import { report } from "./measure/progress.ts";

const flags = defineFlags({
  size: { type: "integer", default: 1_000, description: "Load balancers.", min: 1 },
  changes: { type: "integer", default: 200, description: "Endpoint changes.", min: 1 },
});

/** Milliseconds; by then V8 has given back what a burst of work left behind. */
const settled = 10_000;

/** One form of the program: figures by their name. */
type Figures = Map<string, string>;

async function resident({ process }: Program): Promise<string> {
  await delay(systemClock, settled);
  return `${(await residentMegabytes(process.pid)).toFixed(0)} MB`;
}

async function cpuOf({ process }: Program): Promise<string> {
  return `${(await cpuMilliseconds(process.pid) / 1000).toFixed(1)} s`;
}

/** How to start the program; from source when empty. */
type Form = Pick<ProgramOptions, "executable" | "env">;

async function measure(program: Form, size: number, changes: number): Promise<Figures> {
  const figures: Figures = new Map();
  const note = (figure: string, value: string) => {
    report(`${figure}: ${value}`);
    figures.set(figure, value);
  };
  await using world = await World.start({ report, program });
  const { hub } = world;
  await hub.registerTenant("bench");
  note("manager, idle", await resident(hub.manager));
  const count = size.toLocaleString("en");
  const names = Array.from({ length: size }, (_, index) => `lb-${index}`);
  await world.createMany("bench", names);
  await world.allAddressed("bench", size, 900_000);
  const { cpu } = await measureEndpointChanges(world, "bench", names, changes);
  note(`manager, ${count} load balancers and Envoy connected`, await resident(hub.manager));
  note("CPU of an endpoint change", `${cpu.toFixed(1)} ms`);
  note(`CPU until all that was served`, await cpuOf(hub.manager));
  await hub.manager.kill("SIGTERM");
  await hub.manager.start();
  await hub.manager.waitReady();
  note("the same after a restart", await resident(hub.manager));
  note("CPU of the restart", await cpuOf(hub.manager));
  note("CCM", await measureCcm(world, program));
  return figures;
}

async function measureCcm(world: World, program: Form): Promise<string> {
  const hubKubeconfig = () => world.hub.registerTenant("acme");
  await using tenant = await startTenantCluster({ tenant: "acme", report, program, hubKubeconfig });
  await tenant.addNode("node-1", world.backend.address);
  await tenant.createService("web", [{ protocol: "TCP", port: 80 }]);
  await tenant.addressOf("web");
  return await resident(tenant.ccm);
}

const values = benchFlags(flags, "memory [--size=1000] [--changes=200]");
if (values !== undefined) {
  const { size, changes } = values;
  await obtainBinaries(installationBinaryNames, { report });
  await using sandbox = await Sandbox.create("bench-memory");
  await makeBundle(sandbox.path("dist"));
  await Deno.symlink(Deno.execPath(), sandbox.path("dist/deno"));
  const source = await measure({}, size, changes);
  const bundle = await measure({ executable: sandbox.path("dist/kubelb") }, size, changes);
  const rows = [...source].map(([figure, value]) => [figure, value, bundle.get(figure) ?? ""]);
  const table = renderTable(["Figure", "source", "bundle"], rows);
  Deno.stdout.writeSync(new TextEncoder().encode(table));
}
