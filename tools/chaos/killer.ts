/**
 * Does what the plan of kills says, and looks whether any port has moved.
 *
 * @module
 */
import { delay, systemClock } from "../../base/clock.ts";
import { ask } from "../demo/answers.ts";
import { envoysOf } from "../installation/envoy_processes.ts";
import { type Part, partNames, partOf } from "../installation/parts.ts";
import { movedPorts, type PortTable, readPortTable } from "../installation/port_table.ts";
import type { PublishedService, World } from "../installation/world.ts";
import { eventually } from "../process/eventually.ts";
import type { EnvoyKill } from "./account.ts";
import { type Round, roundsPerMinute, type Victim } from "./kill_plan.ts";

/** Something that was done to the installation, on the clock of the requests. */
export interface Incident {
  readonly at: number;
  readonly what: string;
}

/** Milliseconds until a part must be ready again, other parts' outages included. */
const recovery = 90_000;

/** Kills parts of one world, and remembers what it has done. */
export class Killer {
  readonly #parts: readonly Part[];
  #ports: PortTable = new Map();
  /** Everything that was done, in order. */
  readonly incidents: Incident[] = [];
  readonly kills = new Map<Victim, number>();
  readonly envoyKills: EnvoyKill[] = [];
  /** Ports that were moved, one line each. */
  readonly moved: string[] = [];
  /** Parts that ended although nobody had killed them. */
  readonly deserters: string[] = [];
  /** The highest load average (1 minute) of this machine: what a late answer may be due to. */
  loadAverage = 0;
  /** How many times the port tables were compared. */
  comparisons = 0;

  constructor(
    private readonly world: World,
    private readonly steady: PublishedService,
    private readonly report: (line: string) => void,
  ) {
    this.#parts = partNames.map((name) => partOf(() => world, name, recovery));
  }

  /** Rounds until the time is over; those that are late begin at once. */
  async run(plan: Iterator<Round, never>, minutes: number): Promise<void> {
    const start = systemClock.monotonic();
    for (let number = 0; number < minutes * roundsPerMinute; number++) {
      const due = start + number * 60_000 / roundsPerMinute;
      await delay(systemClock, Math.max(0, due - systemClock.monotonic()));
      if (systemClock.monotonic() - start >= minutes * 60_000) break;
      await this.#round(plan.next().value);
    }
  }

  /** Compares what every Service that was there at the last look had with what it has. */
  async comparePorts(): Promise<void> {
    const { hub } = this.world;
    const ports = await eventually(() => readPortTable(hub.plane, "tenant-acme"), {
      deadline: recovery,
      describe: "the hub's port table",
    });
    this.moved.push(...movedPorts(this.#ports, ports));
    this.#ports = ports;
    this.comparisons++;
  }

  async #round({ victims, outage }: Round): Promise<void> {
    this.loadAverage = Math.max(this.loadAverage, Deno.loadavg()[0]!);
    await this.#findDeserters();
    await this.comparePorts();
    for (const victim of victims) this.kills.set(victim, (this.kills.get(victim) ?? 0) + 1);
    this.report(`kill -9 ${victims.join(" and ")}, ${outage} ms`);
    if (victims.includes("Envoy")) await this.#killEnvoy();
    const parts = this.#parts.filter(({ name }) => victims.includes(name));
    await Promise.all(parts.map((part) => this.#do(`kill of the ${part.name}`, part.kill())));
    await delay(systemClock, outage);
    await Promise.all(
      parts.map((part) => this.#do(`restart of the ${part.name}`, part.restart())),
    );
    await this.comparePorts();
  }

  async #do(what: string, work: Promise<unknown>): Promise<void> {
    this.incidents.push({ at: systemClock.monotonic(), what });
    await work;
  }

  async #killEnvoy(): Promise<void> {
    const [pid, ...more] = await envoysOf(this.world.hub.manager.folder);
    if (pid === undefined || more.length > 0) throw new Error("there is not exactly one Envoy");
    const at = systemClock.monotonic();
    this.incidents.push({ at, what: "kill of Envoy" });
    Deno.kill(pid, "SIGKILL");
    const { protocol, address, port } = this.steady;
    await eventually(() => ask(protocol, address, port), { deadline: recovery, interval: 20 });
    const back = systemClock.monotonic() - at;
    this.envoyKills.push({ at, back });
    this.report(`Envoy serves again after ${back.toFixed(0)} ms`);
  }

  /** A part that ends by itself would make every later figure untrue; it is started again. */
  async #findDeserters(): Promise<void> {
    for (const part of this.#parts) {
      if (part.running()) continue;
      this.deserters.push(`the ${part.name} has ended by itself:\n${await part.logTail(5)}`);
      await this.#do(`restart of the ${part.name}, which had ended by itself`, part.restart());
    }
  }
}
