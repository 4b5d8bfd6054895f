/**
 * A server that is measured, in a process of its own.
 *
 * @module
 */
import type { Change } from "./trace.ts";

/** How it is started. */
export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const encoder = new TextEncoder();

/** Obeys changes until disposed; ends by itself when this program does, for its input ends then. */
export class ServerProcess implements AsyncDisposable {
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;

  private constructor(
    private readonly child: Deno.ChildProcess,
    /** Where it serves xDS in plaintext. */
    readonly address: string,
  ) {
    this.#input = child.stdin.getWriter();
  }

  /** Starts it and waits until it serves. @throws Error when it ends before. */
  static async start({ command, args, env = {} }: ServerCommand): Promise<ServerProcess> {
    const child = new Deno.Command(command, {
      args: [...args],
      env: { ...env },
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    let output = "";
    // Nothing follows the port, and what is not read cannot fill the pipe.
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      output += text;
      const port = /^port (\d+)\n/m.exec(output)?.[1];
      if (port !== undefined) return new ServerProcess(child, `127.0.0.1:${port}`);
    }
    throw new Error(`${command} ${args.join(" ")} ended without a port: ${output}`);
  }

  get pid(): number {
    return this.child.pid;
  }

  /** Makes a change; returns `performance.now()` at which it was begun. */
  async change({ name, address }: Change): Promise<number> {
    const line = encoder.encode(`set ${name} ${address}\n`);
    const start = performance.now();
    await this.#input.write(line);
    return start;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close();
    await this.child.status;
  }
}
