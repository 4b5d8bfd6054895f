/**
 * Which fleets have an Envoy on this host, whoever started it.
 *
 * Listeners share their addresses between worker threads by `SO_REUSEPORT`, so that the kernel would
 * let a second Envoy in beside the first, and would give each a part of the connections. A *claim* is
 * what the kernel gives to one only: a name among the abstract Unix sockets of the network namespace,
 * which is also what addresses belong to. The Envoy itself listens there, so that the claim lives
 * exactly as long as the process, needs no file, and cannot be left behind.
 *
 * @module
 */
import { createHash } from "node:crypto";

const namePrefix = "@kubelb-envoy/";

/** Thrown instead of starting an Envoy beside another one. */
export class ClaimedError extends Error {
  override readonly name = "ClaimedError";

  /** @param claim the name under which the other one listens. */
  constructor(fleet: string, readonly claim: string) {
    super(
      `another Envoy of ${fleet} serves on this host that this --state-dir has no record of; a new ` +
        `one is started when it has ended (docs/host-runtime.md says how to find it)`,
    );
  }
}

/**
 * The name under which the Envoy of a fleet listens, as Envoy writes abstract names.
 *
 * @param hub what tells the hub from others that may have tenants of the same name.
 */
export function claimName(hub: string, fleet: string): string {
  // Names are limited to 107 bytes.
  const digest = createHash("sha256").update(`${hub}/${fleet}`).digest("hex").slice(0, 32);
  return `${namePrefix}${digest}`;
}

/** Whether an Envoy ended because another was quicker to claim its name; `words` are its last. */
export function lostClaim(words: string | undefined): boolean {
  return words?.includes(`cannot bind '${namePrefix}`) ?? false;
}

/** The names under which somebody listens now. @throws when the kernel does not tell. */
export async function claimsOfHost(): Promise<ReadonlySet<string>> {
  return claimsIn(await Deno.readTextFile("/proc/net/unix"));
}

/** The abstract names in the content of `/proc/net/unix`. */
export function claimsIn(sockets: string): ReadonlySet<string> {
  const names = sockets.split("\n").map((line) => line.slice(line.lastIndexOf(" ") + 1));
  return new Set(names.filter((name) => name.startsWith("@")));
}
