/**
 * A client on a machine of its own. Run as a program there it asks until it is told to end (SIGTERM),
 * or so many times, and prints what became of it.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { systemClock } from "../../base/clock.ts";
import { askTimes } from "../../tools/demo/answers.ts";
import type { Machine } from "../../tools/cluster/node/machine.ts";
import { run } from "../../tools/cluster/node/machine_network.ts";
import { eventually } from "../../tools/process/eventually.ts";
import type { ManagedProcess } from "../../tools/process/managed_process.ts";
import { printLine } from "../../tools/process/print_line.ts";
import { type LostRequest, SteadyLoad } from "../../tools/load/steady_load.ts";

/** Whom to ask. */
export interface Target {
  readonly protocol: "TCP" | "UDP";
  readonly address: string;
  readonly port: number;
}

/** What became of a load. */
export interface LoadResult {
  readonly sent: number;
  readonly lost: readonly LostRequest[];
  /** By who gave them. */
  readonly answers: Readonly<Record<string, number>>;
}

const module = fileURLToPath(import.meta.url);

/** Asks from a machine; how many answers were the same, by answer. @throws Error when one is missing. */
export async function askFrom(
  machine: Machine,
  { protocol, address, port }: Target,
  times = 1,
): Promise<ReadonlyMap<string, number>> {
  const args = command(protocol, address, String(port), String(times));
  const output = await run(machine, Deno.execPath(), args);
  return new Map(Object.entries(JSON.parse(output.split("\n").at(-1) ?? "")));
}

/** A load from a machine. */
export class OutsideLoad {
  private constructor(private readonly process: ManagedProcess) {}

  /** Begins; `name` is unique on the machine. Resolves when the first request is under way. */
  static async start(
    machine: Machine,
    name: string,
    { protocol, address, port }: Target,
  ): Promise<OutsideLoad> {
    const args = command(protocol, address, String(port));
    const process = await machine.start({ name, command: Deno.execPath(), args });
    await eventually(async () => (await process.log()).includes("begins"), { describe: name });
    return new OutsideLoad(process);
  }

  /** Ends and waits for the requests under way. */
  async stop(): Promise<LoadResult> {
    await this.process.kill("SIGTERM");
    const line = (await this.process.log()).split("\n").findLast((line) => line.startsWith("{"));
    if (line === undefined) throw new Error(`no result: ${await this.process.logTail()}`);
    return JSON.parse(line);
  }
}

function command(...args: string[]): string[] {
  return ["run", "--no-check", "--quiet", "--allow-all", "--no-prompt", module, ...args];
}

async function load(target: Target): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  Deno.addSignalListener("SIGTERM", () => resolve());
  await using load = new SteadyLoad({ ...target, interval: 20 });
  printLine("begins");
  await promise;
  await load.stop();
  const { sent, lost, answers } = load;
  printLine(JSON.stringify({ sent, lost, answers: Object.fromEntries(answers) }));
  // Nothing else holds it: the listener of the signal would.
  systemClock.timer(() => Deno.exit(0), 0);
}

if (import.meta.main) {
  const [protocol = "", address = "", port = "", times] = Deno.args;
  const target = {
    protocol: protocol === "UDP" ? "UDP" : "TCP",
    address,
    port: Number(port),
  } as const;
  if (times === undefined) await load(target);
  else {
    const answers = await askTimes(target.protocol, address, target.port, Number(times));
    printLine(JSON.stringify(Object.fromEntries(answers)));
  }
}
