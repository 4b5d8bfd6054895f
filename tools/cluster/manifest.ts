/**
 * Applies manifests the way `kubectl apply` does, without starting a process for it.
 *
 * @module
 */
import { parseAllDocuments } from "yaml";
import type { AdminClient } from "./admin_client.ts";

interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
}

interface Discovery {
  resources: { name: string; kind: string; namespaced: boolean }[];
}

/** Applies every document of a YAML file, in its order. */
export async function applyManifest(admin: AdminClient, file: string | URL): Promise<void> {
  for (const document of parseAllDocuments(await Deno.readTextFile(file))) {
    const object: Manifest | null = document.toJS();
    if (object !== null) await applyObject(admin, object);
  }
}

/** Applies one object; where its kind lives is asked of the API server. */
export async function applyObject<T extends Manifest>(admin: AdminClient, object: T): Promise<T> {
  const { apiVersion, kind, metadata } = object;
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const { resources } = await admin.request<Discovery>("GET", root);
  // Subresources such as `deployments/scale` share kinds with others.
  const resource = resources.find((known) => known.kind === kind && !known.name.includes("/"));
  if (resource === undefined) {
    throw new Error(`the API server has no kind ${kind} in ${apiVersion}`);
  }
  const scope = resource.namespaced ? `/namespaces/${metadata.namespace ?? "default"}` : "";
  return await admin.apply<T>(`${root}${scope}/${resource.name}/${metadata.name}`, object);
}
