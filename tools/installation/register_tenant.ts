/**
 * Makes a cluster known to a hub.
 *
 * @module
 */
import type { ControlPlane } from "../cluster/control_plane.ts";
import { applyObject } from "../cluster/manifest.ts";
import { eventually } from "../process/eventually.ts";

/**
 * Creates a Tenant and waits for its kubeconfig; returns the file's path.
 *
 * @param hub where a manager runs.
 * @param name without the prefix `tenant-`.
 */
export async function registerTenant(hub: ControlPlane, name: string): Promise<string> {
  const { admin } = hub;
  const metadata = { name };
  await applyObject(admin, { apiVersion: "kubelb.k8c.io/v1alpha1", kind: "Tenant", metadata });
  const path = `/api/v1/namespaces/tenant-${name}/secrets/kubelb-ccm-kubeconfig`;
  const secret = await eventually(
    () => admin.request<{ data: { kubelb: string } }>("GET", path),
    { deadline: 30_000, describe: `the kubeconfig of tenant ${name}` },
  );
  const file = `${hub.folder}/kubeconfigs/ccm-${name}.kubeconfig`;
  await Deno.writeTextFile(file, atob(secret.data.kubelb), { mode: 0o600 });
  return file;
}
