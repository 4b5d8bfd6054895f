/**
 * Applies a file of manifests/ as an administrator would.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";
import type { KubeObject } from "../../apis/meta/v1.ts";
import type { AdminClient } from "../harness/mod.ts";

/** Where the kinds of the manifests live; true for those in namespaces. */
const kinds: Record<string, [collection: string, namespaced: boolean]> = {
  Namespace: ["namespaces", false],
  ServiceAccount: ["serviceaccounts", true],
  Secret: ["secrets", true],
  Service: ["services", true],
  ClusterRole: ["clusterroles", false],
  ClusterRoleBinding: ["clusterrolebindings", false],
  Role: ["roles", true],
  RoleBinding: ["rolebindings", true],
};

/** The path of an object of one of the manifests' kinds. */
export function pathOf({ apiVersion, kind, metadata }: KubeObject): string {
  const [collection, namespaced] = kinds[kind] ?? [];
  if (collection === undefined) throw new Error(`where does kind ${kind} live?`);
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const namespace = namespaced ? `/namespaces/${metadata.namespace}` : "";
  return `${root}${namespace}/${collection}/${metadata.name}`;
}

/** Applies every object of `manifests/<file>`, in order. */
export async function applyManifest(admin: AdminClient, file: string): Promise<void> {
  const path = fileURLToPath(new URL(`../../manifests/${file}`, import.meta.url));
  for (const document of parseAllDocuments(await Deno.readTextFile(path))) {
    const object = document.toJS() as KubeObject;
    await admin.apply(pathOf(object), object);
  }
}
