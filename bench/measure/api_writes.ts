/**
 * How many writes an API server has answered, by what was written; from its own metrics.
 *
 * @module
 */
import type { AdminClient } from "../../tools/cluster/admin_client.ts";

/** Writes by resource, e.g. `loadbalancers/status` → 12. Leases are left out. */
export type ApiWrites = ReadonlyMap<string, number>;

const writeVerbs = new Set(["POST", "PUT", "PATCH", "APPLY", "DELETE", "DELETECOLLECTION"]);

/** Asks the API server for its counters. */
export async function readApiWrites(admin: AdminClient): Promise<ApiWrites> {
  return parseApiWrites(await admin.request<string>("GET", "/metrics"));
}

/** Reads `apiserver_request_total` from the text of `/metrics`. */
export function parseApiWrites(metrics: string): ApiWrites {
  const writes = new Map<string, number>();
  for (const match of metrics.matchAll(/^apiserver_request_total\{([^}]*)\} (\S+)$/gm)) {
    const labels = new Map(
      [...match[1]!.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name!, value!]),
    );
    if (!writeVerbs.has(labels.get("verb") ?? "") || labels.get("resource") === "leases") continue;
    const subresource = labels.get("subresource");
    const what = labels.get("resource")! + (subresource ? `/${subresource}` : "");
    writes.set(what, (writes.get(what) ?? 0) + Number(match[2]));
  }
  return writes;
}

/** The writes between two readings, without what did not change. */
export function writesBetween(before: ApiWrites, after: ApiWrites): ApiWrites {
  const entries = [...after].map(([what, count]) =>
    [what, count - (before.get(what) ?? 0)] as const
  );
  return new Map(entries.filter(([, count]) => count !== 0));
}

/** The sum over all resources but `except`. */
export function totalWrites(writes: ApiWrites, except: readonly string[] = []): number {
  let total = 0;
  for (const [what, count] of writes) if (!except.includes(what)) total += count;
  return total;
}
