/**
 * The end of a tenant.
 *
 * @module
 */
import { type Namespace, namespaces } from "../../../apis/core/v1.ts";
import {
  addresses,
  loadBalancers,
  routes,
  syncSecrets,
} from "../../../apis/kubelb/v1alpha1/mod.ts";
import type { KubeObject, ResourceType } from "../../../apis/meta/v1.ts";
import { isApiError } from "../../../kube/api_error.ts";
import type { KubeClient } from "../../../kube/client.ts";
import { namespaceOfTenant } from "./tenant_namespace.ts";

/** Kinds that a tenant's CCM creates. */
const tenantKinds: readonly ResourceType<KubeObject>[] = [
  loadBalancers,
  routes,
  syncSecrets,
  addresses,
];

/**
 * One step towards an empty hub. The namespace goes first: from then on nobody can create anything
 * in it, so that a CCM that is still running cannot keep the tenant alive. Whatever finalizers its
 * objects carry are taken off, because those who would do it may be gone; the Envoys and addresses
 * follow the objects.
 *
 * @returns whether nothing is left.
 */
export async function deleteTenantNamespace(
  client: KubeClient,
  tenant: string,
  signal: AbortSignal,
): Promise<boolean> {
  const name = namespaceOfTenant(tenant);
  const namespace = await client.get(namespaces, { name }, { signal });
  if (namespace === undefined) return true;
  await deleteNamespace(client, namespace, signal);
  for (const kind of tenantKinds) await deleteAll(client, kind, name, signal);
  return false;
}

async function deleteNamespace(
  client: KubeClient,
  { metadata }: Namespace,
  signal: AbortSignal,
): Promise<void> {
  if (metadata.deletionTimestamp !== undefined) return;
  await client.delete(namespaces, metadata, { uid: metadata.uid, signal });
}

async function deleteAll(
  client: KubeClient,
  kind: ResourceType<KubeObject>,
  namespace: string,
  signal: AbortSignal,
): Promise<void> {
  const { items } = await client.list(kind, { namespace, signal });
  for (const { metadata } of items) {
    if (!metadata.deletionTimestamp) await client.delete(kind, metadata, { signal });
    if (!metadata.finalizers?.length) continue;
    try {
      await client.patch(kind, metadata, { merge: { metadata: { finalizers: null } } }, { signal });
    } catch (error) {
      if (!isApiError(error, "NotFound")) throw error; // gone meanwhile
    }
  }
}
