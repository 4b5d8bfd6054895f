/**
 * The servers that are compared.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { capture } from "../../tools/binaries/capture.ts";
import { runtimeOf } from "../../tools/process/runtime.ts";
import type { ServerCommand } from "./server_process.ts";

/** A server, by the number of resources it is to have. */
export type Contender = (resources: number) => ServerCommand;

const folder = fileURLToPath(new URL("../go_control_plane/", import.meta.url));
const ourServer = fileURLToPath(new URL("our_server.ts", import.meta.url));

/** Ours, with the settings that the manager is run with. */
export function ours(): Contender {
  const { env, flags } = runtimeOf("manager");
  return (resources) => ({
    command: Deno.execPath(),
    args: ["run", ...flags, ourServer, String(resources)],
    env,
  });
}

/**
 * Builds the program of `bench/go_control_plane` at `program`.
 *
 * @throws Error with the compiler's words, or when there is no Go.
 */
export async function buildGoControlPlane(program: string): Promise<void> {
  const { ok, output } = await capture("go", ["build", "-trimpath", "-o", program, "."], {
    cwd: folder,
    env: { CGO_ENABLED: "0", GOFLAGS: "-buildvcs=false -mod=readonly", GOWORK: "off" },
  });
  if (!ok) throw new Error(`cannot build ${folder}, which needs go: ${output}`);
}

/** go-control-plane with one of its caches. */
export function goControlPlane(program: string, cache: "snapshot" | "linear"): Contender {
  return (resources) => ({
    command: program,
    args: [`-cache=${cache}`, `-resources=${resources}`],
  });
}
