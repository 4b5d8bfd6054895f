/**
 * One run of chaos, from an empty installation to an empty one.
 *
 * @module
 */
import { delay, systemClock } from "../../base/clock.ts";
import { seededRandom } from "../../base/random.ts";
import { World } from "../installation/world.ts";
import { judge, type JudgedLoad } from "./account.ts";
import { Churn } from "./churn.ts";
import { churnPlan } from "./churn_plan.ts";
import { sampleManager, visit } from "./endurance.ts";
import { killPlan } from "./kill_plan.ts";
import { Killer } from "./killer.ts";
import { idleDescriptors, leakedDescriptors } from "./descriptors.ts";
import { removeTenant } from "./left_over.ts";
import type { ResidentSample } from "./resident_memory.ts";
import { Traffic } from "./traffic.ts";

/** What a run is made of. */
export interface RunOptions {
  /** How long parts are killed. */
  readonly minutes: number;
  /** How long nothing is killed, before. */
  readonly calmMinutes: number;
  /** Decides what is killed, created, changed and deleted, and in which order. */
  readonly seed: number;
  /** Load balancers at once. */
  readonly loadBalancers: number;
  /** Changes of load balancers a second. */
  readonly changes: number;
  /** Is told what is being done. */
  readonly report: (line: string) => void;
}

/** What came of it. */
export interface RunResult {
  readonly calm: readonly JudgedLoad[];
  readonly trouble: readonly JudgedLoad[];
  readonly churn: Churn;
  readonly killer: Killer;
  /** Load balancers that were asked when all was quiet again, and those that did not answer. */
  readonly finally: { readonly asked: number; readonly silent: readonly string[] };
  readonly leftOver: readonly string[];
  /** Of the manager, during the calm phase. */
  readonly memory: CalmMemory;
}

/** The manager's memory while nothing is killed. */
export interface CalmMemory {
  /** While load balancers come, change and go. */
  readonly churned: readonly ResidentSample[];
  /** While besides Envoys connect, take everything and leave: the last quarter. */
  readonly visited: readonly ResidentSample[];
}

/** The sequence of changes differs from that of kills, although both come from one seed. */
const churnSeed = 0x9e3779b9;

/** Starts the installation, and everything else one after the other. */
export async function runChaos(options: RunOptions): Promise<RunResult> {
  const { report, seed, loadBalancers, changes } = options;
  // Twice the size: a Service that is created finds an address while another is being deleted.
  const addresses = Math.max(128, 2 ** Math.ceil(Math.log2(2 * loadBalancers + 2)));
  await using world = await World.start({ addresses, report });
  const programs = [world.hub.manager, world.tenant.ccm];
  const idle = await Promise.all(programs.map(idleDescriptors));
  const tcp = await world.publish("web", { protocol: "TCP", port: 8080 });
  const udp = await world.publish("dns", { protocol: "UDP", port: 5353 });
  const plan = churnPlan(seededRandom(seed ^ churnSeed), loadBalancers);
  const churn = new Churn(world, { plan, size: loadBalancers, interval: 1_000 / changes });
  await churn.fill();
  report(`${churn.size} load balancers created and answering`);
  const killer = new Killer(world, tcp, report);
  await killer.comparePorts();

  using stop = new Stop();
  const churning = churn.run(stop.signal);
  const before = new Traffic(tcp, udp, churn);
  const memory = await calmPhase(world, options.calmMinutes);
  const calm = (await before.stop()).map((load) => judge(load, []));
  report("the calm phase is over");

  const during = new Traffic(tcp, udp, churn);
  await killer.run(killPlan(seededRandom(seed)), options.minutes);
  report("no more kills");
  stop.controller.abort();
  await churning;
  await churn.quiet();
  await killer.comparePorts();
  const trouble = (await during.stop()).map((load) => judge(load, killer.envoyKills));
  const asked = await churn.askAll();
  report(`all changes done; ${asked.asked} load balancers asked, ${asked.silent.length} silent`);
  await deleteServices(world, churn);
  report("all load balancers deleted; a connection that nobody uses is closed after 90 s");
  const leaked = await Promise.all(
    programs.map((program, index) => leakedDescriptors(program, idle[index]!)),
  );
  const leftOver = [...leaked.flat(), ...await removeTenant(world)];
  report("node objects and Tenant deleted");
  return { calm, trouble, churn, killer, finally: asked, leftOver, memory };
}

/** Ends the churn also when something else has failed. */
class Stop implements Disposable {
  readonly controller = new AbortController();
  readonly signal = this.controller.signal;
  [Symbol.dispose](): void {
    this.controller.abort();
  }
}

async function calmPhase({ hub }: World, minutes: number): Promise<CalmMemory> {
  const sample = async (share: number, during?: (signal: AbortSignal) => Promise<void>) => {
    using stop = new Stop();
    const sampling = sampleManager(hub, stop.signal);
    const other = during?.(stop.signal);
    await delay(systemClock, share * minutes * 60_000);
    stop.controller.abort();
    await other;
    return await sampling;
  };
  const churned = await sample(3 / 4);
  const visited = await sample(1 / 4, (signal) => visit(hub, "tenant-acme", signal));
  return { churned, visited };
}

async function deleteServices({ tenant }: World, churn: Churn): Promise<void> {
  const deadline = 120_000;
  const names = ["web", "dns"];
  await Promise.all([
    churn.deleteAll(),
    ...names.map((name) => tenant.deleteService(name, deadline)),
  ]);
}
