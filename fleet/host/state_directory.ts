/**
 * The folder in which the host runtime keeps what must outlive a manager, and its lock.
 *
 * ```
 * lock                     held by the manager in charge
 * xds/endpoints.json       where Envoys find the xDS server
 * fleets/<fleet>/          one Envoy: see `files` in envoy_command.ts
 * ```
 *
 * @module
 */
import { join, resolve } from "node:path";
import { type Clock, delay } from "../../base/clock.ts";
import type { Logger } from "../../base/logger.ts";

/** Milliseconds between two looks at a lock that another manager holds. */
const lockInterval = 200;

/** A state directory that this process has to itself. */
export class StateDirectory implements Disposable {
  private constructor(
    /** Absolute. */
    readonly path: string,
    private readonly lock: Deno.FsFile,
  ) {}

  /**
   * Creates the directory if need be and locks it. While another manager holds the lock this one
   * stands by; the kernel frees the lock of a manager that dies, however it dies. Envoys do not
   * inherit it.
   *
   * @throws the reason of `signal`, or an error that names the directory.
   */
  static async open(
    directory: string,
    { log, clock, signal }: { log: Logger; clock: Clock; signal?: AbortSignal | undefined },
  ): Promise<StateDirectory> {
    const path = resolve(directory);
    const lock = await prepare(path);
    try {
      for (let waiting = false; !await lock.tryLock(true); waiting = true) {
        if (!waiting) log.info("another manager holds the state directory; standing by", { path });
        await delay(clock, lockInterval, signal);
      }
    } catch (error) {
      lock.close();
      throw error;
    }
    return new StateDirectory(path, lock);
  }

  /** Folder and file that tell Envoys where the xDS server is. */
  get xds(): { readonly directory: string; readonly path: string } {
    const directory = join(this.path, "xds");
    return { directory, path: join(directory, "endpoints.json") };
  }

  /** The folder of a fleet's Envoy, which may not exist. */
  fleetFolder(fleet: string): string {
    return join(this.path, "fleets", fleet);
  }

  /** Fleets that have a folder. */
  fleets(): string[] {
    return [...Deno.readDirSync(join(this.path, "fleets"))]
      .filter((entry) => entry.isDirectory).map(({ name }) => name).sort();
  }

  /** Lets another manager take over. */
  [Symbol.dispose](): void {
    this.lock.close();
  }
}

async function prepare(path: string): Promise<Deno.FsFile> {
  try {
    for (const folder of ["xds", "fleets"]) {
      await Deno.mkdir(join(path, folder), { recursive: true, mode: 0o700 });
    }
    return await Deno.open(join(path, "lock"), { write: true, create: true, mode: 0o600 });
  } catch (cause) {
    throw new Error(`the state directory ${path} cannot be used; choose another by --state-dir`, {
      cause,
    });
  }
}
