/**
 * Which listener ports and addresses the hub's Services hold: what no fault may move.
 *
 * @module
 */
import type { ControlPlane } from "../../tools/cluster/control_plane.ts";

interface HubService {
  metadata: { namespace: string; name: string };
  spec: { ports: { port: number; protocol: string; targetPort: number }[] };
  status?: { loadBalancer?: { ingress?: { ip?: string }[] } };
}

/** One line for each port of each hub Service, sorted: Service, port, listener port, addresses. */
export async function readPortTable(hub: ControlPlane, namespace: string): Promise<string[]> {
  const path = `/api/v1/namespaces/${namespace}/services`;
  const { items } = await hub.admin.request<{ items: HubService[] }>("GET", path);
  const lines = items.flatMap(({ metadata, spec, status }) => {
    const addresses = (status?.loadBalancer?.ingress ?? []).map(({ ip }) => ip).join(",");
    return spec.ports.map(({ port, protocol, targetPort }) =>
      `${metadata.namespace}/${metadata.name} ${port}/${protocol} -> ${targetPort} at ${addresses}`
    );
  });
  return lines.toSorted();
}
