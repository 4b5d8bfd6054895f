/**
 * Connections from a machine that stay open. Run as a program there it opens them and uses each all
 * the time, until it is told to end (SIGTERM), and prints which of them ended before.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { delay, systemClock } from "../../base/clock.ts";
import { describeError } from "../../base/errors.ts";
import type { Machine } from "../../tools/cluster/node/machine.ts";
import { HeldConnection } from "../../tools/load/held_connection.ts";
import { eventually } from "../../tools/process/eventually.ts";
import type { ManagedProcess } from "../../tools/process/managed_process.ts";
import { printLine } from "../../tools/process/print_line.ts";
import type { Loss, Target } from "./outside_client.ts";

const module = fileURLToPath(import.meta.url);

/** Several, all to one target. */
export class OutsideConnections {
  private constructor(private readonly process: ManagedProcess) {}

  /** Opens them; `name` is unique on the machine. Resolves when each has reached a backend. */
  static async open(
    machine: Machine,
    name: string,
    { address, port }: Target,
    count: number,
  ): Promise<OutsideConnections> {
    const args = ["run", "--no-check", "--quiet", "--allow-all", "--no-prompt", module];
    const process = await machine.start({
      name,
      command: Deno.execPath(),
      args: [...args, address, String(port), String(count)],
    });
    await eventually(async () => (await process.log()).includes("open"), {
      describe: () => process.logTail(),
    });
    return new OutsideConnections(process);
  }

  /** Closes them, and returns those that had ended by themselves. */
  async close(): Promise<Loss[]> {
    await this.process.kill("SIGTERM");
    const line = (await this.process.log()).split("\n").findLast((line) => line.startsWith("["));
    if (line === undefined) throw new Error(`no result: ${await this.process.logTail()}`);
    return JSON.parse(line);
  }
}

/** Echoes ten times a second. Resolves with the end of the connection, or undefined on the signal. */
async function use(connection: HeldConnection, over: AbortSignal): Promise<Loss | undefined> {
  const began = systemClock.now();
  try {
    while (!over.aborted) {
      await connection.echo("still there");
      await delay(systemClock, 100, over).catch(() => {});
    }
    return undefined;
  } catch (error) {
    return { began, ended: systemClock.now(), reason: describeError(error) };
  }
}

if (import.meta.main) {
  const [address = "", port, count] = Deno.args;
  const over = new AbortController();
  Deno.addSignalListener("SIGTERM", () => over.abort());
  using stack = new DisposableStack();
  const opened = Array.from({ length: Number(count) }, async () => {
    return stack.use(await HeldConnection.open(address, Number(port)));
  });
  const uses = (await Promise.all(opened)).map((connection) => use(connection, over.signal));
  printLine("open");
  const ends = (await Promise.all(uses)).filter((end) => end !== undefined);
  if (!over.signal.aborted) await new Promise((resolve) => over.signal.onabort = resolve);
  printLine(JSON.stringify(ends));
  // Nothing else holds it: the listener of the signal would.
  systemClock.timer(() => Deno.exit(0), 0);
}
