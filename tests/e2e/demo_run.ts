/**
 * The demo as a user types it, in a temporary folder of its own, and without the powers of root.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventually } from "../../tools/process/eventually.ts";
import { sandboxVariable } from "../../tools/process/watchdog.ts";

const root = new URL("../..", import.meta.url);

/** A running `deno task demo`; when it is disposed of, all of it is gone. */
export class DemoRun implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #read: Promise<unknown>;
  /** What it has printed so far, on both streams. */
  output = "";

  private constructor(readonly folder: string, args: readonly string[], env = {}) {
    const [command, ...words] = [
      ...withoutCapabilities(),
      Deno.execPath(),
      "task",
      "demo",
      ...args,
    ];
    this.#child = new Deno.Command(command!, {
      args: words,
      cwd: root,
      env: { TMPDIR: folder, ...env },
      stdout: "piped",
      stderr: "piped",
      // A process group of its own, as a terminal gives it.
      detached: true,
    }).spawn();
    this.#read = Promise.all([this.#follow(this.#child.stdout), this.#follow(this.#child.stderr)]);
  }

  /** Starts it. @param env added to the environment. */
  static async start(args: readonly string[], env: Record<string, string> = {}): Promise<DemoRun> {
    return new DemoRun(await Deno.makeTempDir({ prefix: "kubelb-demo-test-" }), args, env);
  }

  /** Waits until it has printed something. */
  async waitFor(pattern: RegExp): Promise<void> {
    await eventually(() => pattern.test(this.output), {
      deadline: 60_000,
      describe: () => `${pattern} in:\n${this.output}`,
    });
  }

  /** What Ctrl-C in its terminal does: every process of the group gets the signal. */
  interrupt(): void {
    Deno.kill(-this.#child.pid, "SIGINT");
  }

  /** Kills only the process that the user started, which is the parent of the demo's own. */
  killParent(): void {
    this.#child.kill("SIGKILL");
  }

  /** Resolves to its exit code when it has ended and all output has been read. */
  async exited(): Promise<number> {
    const { code } = await this.#child.status;
    await this.#read;
    return code;
  }

  /** Processes and folders it started that are still there. */
  async remains(): Promise<string[]> {
    const entries = await Array.fromAsync(Deno.readDir(this.folder));
    return [...entries.map(({ name }) => name), ...await sandboxProcesses(this.folder)];
  }

  /** @throws DeadlineError when something of it stays. */
  async assertGone(): Promise<void> {
    let remains: string[] = [];
    await eventually(async () => {
      remains = await this.remains();
      assert.deepEqual(remains, []);
      return true;
    }, { deadline: 20_000, describe: () => `the demo to be gone; there is ${remains}` });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pid of await processesWith(`TMPDIR=${this.folder}`)) {
      try {
        Deno.kill(Number(pid), "SIGKILL");
      } catch {
        // It ended by itself in the meantime.
      }
    }
    await this.exited();
    await Deno.remove(this.folder, { recursive: true });
  }

  async #follow(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) this.output += text;
  }
}

/**
 * Who runs the tests as root shall notice, too, when something needs root: a program started with
 * this has none of its powers.
 */
function withoutCapabilities(): string[] {
  return Deno.uid() === 0 ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] : [];
}

/** Processes that were started in sandboxes below a folder. */
function sandboxProcesses(folder: string): Promise<string[]> {
  return processesWith(`${sandboxVariable}=${folder}`);
}

/** Processes whose environment has a text. Linux only. */
async function processesWith(text: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    // A process may end between the listing and the look.
    const environment = await Deno.readTextFile(`/proc/${name}/environ`).catch(() => "");
    if (environment.includes(text)) found.push(name);
  }
  return found;
}
