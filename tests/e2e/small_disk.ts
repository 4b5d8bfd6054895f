/**
 * A file system with little room, in a mount namespace of its own: it ends with the last process in
 * there, however the test ends.
 *
 * @module
 */
import { eventually, type Sandbox } from "../harness/mod.ts";

/** Bytes; room for the files and logs of a few Envoys. */
const size = 2 << 20;

const newNamespace = ["unshare", "--map-root-user", "--mount"] as const;

/** A tmpfs that can be filled to the last byte. */
export class SmallDisk {
  private constructor(
    private readonly holder: number,
    /** Where what runs beside it finds it; elsewhere the folder is empty. */
    readonly folder: string,
  ) {}

  /** Whether the kernel lets this user make namespaces. */
  static isPossible(): boolean {
    const [command, ...args] = newNamespace;
    try {
      return new Deno.Command(command, { args: [...args, "true"] }).outputSync().success;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false; // no util-linux
      throw error;
    }
  }

  static async mount(sandbox: Sandbox): Promise<SmallDisk> {
    const folder = sandbox.path("disk");
    await Deno.mkdir(folder);
    const [command, ...args] = newNamespace;
    const script = `mount -t tmpfs -o size=${size} tmpfs "$0" && echo mounted && exec sleep inf`;
    const holder = await sandbox.start({
      name: "disk",
      command,
      args: [...args, "sh", "-c", script, folder],
    });
    await eventually(async () => (await holder.log()).includes("mounted"), {
      describe: () => holder.logTail(),
    });
    return new SmallDisk(holder.pid, folder);
  }

  /** The start of a command line that runs the rest beside the disk. */
  get beside(): readonly string[] {
    return ["nsenter", `--target=${this.holder}`, "--user", "--preserve-credentials", "--mount"];
  }

  /** Where this program finds a file on the disk. */
  path(file: string): string {
    return `/proc/${this.holder}/root${this.folder}/${file}`;
  }

  /** Takes all room that is left, until the result is disposed. */
  async fill(): Promise<AsyncDisposable> {
    const path = this.path("ballast");
    using file = await Deno.open(path, { createNew: true, write: true });
    const page = new Uint8Array(4096);
    try {
      for (;;) await file.write(page);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
    }
    return { [Symbol.asyncDispose]: () => Deno.remove(path) };
  }
}
