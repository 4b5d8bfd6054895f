/**
 * A client on a machine of its own. Run as a program there it asks until it is told to end (SIGTERM),
 * or so many times, and prints what became of it.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { systemClock } from "../../base/clock.ts";
import { askUdp } from "../../tools/backends/udp_backend.ts";
import { askTimes } from "../../tools/demo/answers.ts";
import type { Machine } from "../../tools/cluster/node/machine.ts";
import { run } from "../../tools/cluster/node/machine_network.ts";
import { eventually } from "../../tools/process/eventually.ts";
import type { ManagedProcess } from "../../tools/process/managed_process.ts";
import { printLine } from "../../tools/process/print_line.ts";
import { type LoadRequests, type LoadTarget, SteadyLoad } from "../../tools/load/steady_load.ts";

/** Whom to ask. */
export interface Target {
  readonly protocol: "TCP" | "UDP";
  readonly address: string;
  readonly port: number;
}

/** A request without an answer. Times are milliseconds since 1970: other processes have them too. */
export interface Loss {
  readonly began: number;
  readonly ended: number;
  readonly reason: string;
}

/** What became of a load. */
export interface LoadResult {
  readonly sent: number;
  readonly lost: readonly Loss[];
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
  const args = command("ask", protocol, address, String(port), String(times));
  const output = await run(machine, Deno.execPath(), args);
  return new Map(Object.entries(JSON.parse(output.split("\n").at(-1) ?? "")));
}

/** From which ports of the client datagrams come. Kernels on the way remember a port for 30 s. */
export type Ports =
  /** One that was not used in the last 50 s, so that each datagram is a client of its own. */
  | "new"
  /** The same fifty all the time, as with clients that keep theirs. */
  | "kept";

/** How many ports a load takes turns with. At 50 datagrams a second. */
const portCounts: Readonly<Record<Ports, number>> = { new: 2_500, kept: 50 };

/** Blocks of ports, each for one load: below those that the kernel chooses from. */
const blocks = { first: 2_000, count: 12, used: 0 };

/** A load from a machine: 50 times a second a new connection or a datagram. */
export class OutsideLoad {
  private constructor(private readonly process: ManagedProcess) {}

  /** Begins; `name` is unique on the machine. Resolves when the first request is under way. */
  static async start(
    machine: Machine,
    name: string,
    { protocol, address, port }: Target,
    ports: Ports = "new",
  ): Promise<OutsideLoad> {
    const first = blocks.first + portCounts.new * (blocks.used++ % blocks.count);
    const args = command("load", protocol, address, String(port), String(first), ports);
    const process = await machine.start({ name, command: Deno.execPath(), args });
    await eventually(async () => (await process.log()).includes("begins"), { describe: name });
    return new OutsideLoad(process);
  }

  /** Ends after a hundred more requests: what was done in between must be over for those, too. */
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

async function load(target: LoadTarget | LoadRequests): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  Deno.addSignalListener("SIGTERM", () => resolve());
  await using load = new SteadyLoad({ ...target, interval: 20 });
  printLine("begins");
  await promise;
  const enough = load.sent + 100;
  await eventually(() => load.sent >= enough, { describe: () => load.describe() });
  await load.stop();
  const { sent, answers } = load;
  const lost = load.lost.map(({ began, ended, reason }): Loss => ({
    began: performance.timeOrigin + began,
    ended: performance.timeOrigin + ended,
    reason,
  }));
  printLine(JSON.stringify({ sent, lost, answers: Object.fromEntries(answers) }));
  // Nothing else holds it: the listener of the signal would.
  systemClock.timer(() => Deno.exit(0), 0);
}

/** Datagrams from one port after the other. A port is free again when its turn comes. */
function datagrams({ address, port }: Target, first: number, ports: Ports): LoadRequests {
  let sent = 0;
  return {
    request() {
      const from = first + sent++ % portCounts[ports];
      return askUdp(address, port, { message: " ", deadline: 800, from });
    },
  };
}

if (import.meta.main) {
  const [what, protocol = "", address = "", port = "", number = "", ports] = Deno.args;
  const target: Target = { protocol: protocol === "UDP" ? "UDP" : "TCP", address, port: +port };
  if (what === "ask") {
    const answers = await askTimes(target.protocol, address, target.port, Number(number));
    printLine(JSON.stringify(Object.fromEntries(answers)));
  } else {
    const { protocol } = target;
    await load(protocol === "UDP" ? datagrams(target, Number(number), ports as Ports) : target);
  }
}
