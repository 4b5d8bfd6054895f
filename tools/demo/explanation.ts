/**
 * What to look at while the demo stays.
 *
 * @module
 */
import type { Hub } from "../installation/hub.ts";
import type { TenantCluster } from "../installation/tenant_cluster.ts";
import type { Published } from "./story.ts";

/** What {@linkcode explanation} speaks of. */
export interface Scene {
  readonly hub: Pick<Hub, "manager" | "plane">;
  readonly tenant: Pick<TenantCluster, "ccm" | "plane">;
  /** Path of kubectl. */
  readonly kubectl: string;
  /** The Service that still runs. */
  readonly left: Published;
}

/** Commands for another terminal, to be copied as they are. */
export function explanation({ hub, tenant, kubectl, left }: Scene): string {
  const { name, address, port } = left;
  const { manager } = hub;
  const { ccm } = tenant;
  return `Everything keeps running until Ctrl-C. To look around, in another terminal:

  HUB="${kubectl} --kubeconfig=${hub.plane.adminKubeconfig}"
  TENANT="${kubectl} --kubeconfig=${tenant.plane.adminKubeconfig}"

  curl http://${address}:${port}                    # "identity" is the node that answers
  $TENANT get services,nodes                       # ${name} has the address ${address}
  $HUB get tenants                                 # who is registered
  $HUB -n tenant-acme get loadbalancers,addresses,services
  $HUB -n tenant-acme describe loadbalancers       # conditions and events

  manager  ${manager.healthUrl}/readyz, /debug/xds (what Envoys want and hold); ${manager.metricsUrl}/metrics
           ${manager.folder}/manager.log
  CCM      ${ccm.healthUrl}/readyz; ${ccm.metricsUrl}/metrics
           ${ccm.folder}/ccm.log
  Envoy    ${manager.folder}/state/fleets/tenant-acme  (envoy.log, access.log, admin.sock)

Or change something. New Services get an address, and backends that say their node's name:

  $TENANT create service loadbalancer shop --tcp=80
  $TENANT get service shop
  $TENANT delete node node-2
  $TENANT delete service ${name}`;
}
