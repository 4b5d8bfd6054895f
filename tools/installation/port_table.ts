/**
 * Which listener ports and addresses the hub's Services hold: what no fault may move.
 *
 * @module
 */
import type { ControlPlane } from "../cluster/control_plane.ts";

/** What a load balancer's port has been given. */
export interface AssignedPort {
  /** The port that Envoy's listener is known by: `targetPort` of the hub Service. */
  readonly listenerPort: number;
  /** Sorted, separated by commas; empty before the first. */
  readonly addresses: string;
}

/** By `namespace/name@uid port/protocol` of the hub Service: another Service of the name is another. */
export type PortTable = ReadonlyMap<string, AssignedPort>;

interface HubService {
  metadata: { namespace: string; name: string; uid: string };
  spec: { ports: { port: number; protocol: string; targetPort: number }[] };
  status?: { loadBalancer?: { ingress?: { ip?: string }[] } };
}

/** Reads the table of one namespace from the API server. */
export async function readPortTable(hub: ControlPlane, namespace: string): Promise<PortTable> {
  const path = `/api/v1/namespaces/${namespace}/services`;
  const { items } = await hub.admin.request<{ items: HubService[] }>("GET", path);
  const entries = items.flatMap(({ metadata, spec, status }) => {
    const ingress = status?.loadBalancer?.ingress ?? [];
    const addresses = ingress.map(({ ip = "" }) => ip).toSorted().join(",");
    const service = `${metadata.namespace}/${metadata.name}@${metadata.uid}`;
    return spec.ports.map(({ port, protocol, targetPort }) =>
      [`${service} ${port}/${protocol}`, { listenerPort: targetPort, addresses }] as const
    );
  });
  return new Map(entries);
}

/**
 * What a port that is in both tables had and has no longer, one line each. A first address is no
 * move; the loss of one is.
 */
export function movedPorts(before: PortTable, after: PortTable): string[] {
  const moved: string[] = [];
  for (const [key, { listenerPort, addresses }] of before) {
    const now = after.get(key);
    if (now === undefined) continue;
    if (now.listenerPort === listenerPort && (addresses === "" || now.addresses === addresses)) {
      continue;
    }
    moved.push(
      `${key}: ${listenerPort} at ${addresses} -> ${now.listenerPort} at ${now.addresses}`,
    );
  }
  return moved;
}
