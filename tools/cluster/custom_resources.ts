/**
 * Installs this project's CustomResourceDefinitions.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { eventually } from "../process/eventually.ts";
import type { ControlPlane } from "./control_plane.ts";

const defaultFolder = fileURLToPath(new URL("../../manifests/crds", import.meta.url));
const collection = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

interface Definition {
  metadata: { name: string };
  status?: { conditions?: { type: string; status: string }[] };
}

/**
 * Applies every CRD of a folder and waits until the API server serves them; returns their names.
 *
 * @param folder default `manifests/crds`.
 */
export async function installCrds(plane: ControlPlane, folder = defaultFolder): Promise<string[]> {
  const definitions: Definition[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (!/\.ya?ml$/.test(entry.name)) continue;
    definitions.push(parse(await Deno.readTextFile(join(folder, entry.name))));
  }
  if (definitions.length === 0) throw new Error(`no CRD in ${folder}`);
  await Promise.all(definitions.map(async (definition) => {
    const path = `${collection}/${definition.metadata.name}`;
    await plane.admin.apply(path, definition);
    await eventually(async () => isServed(await plane.admin.request<Definition>("GET", path)), {
      describe: `${definition.metadata.name} to be served`,
    });
  }));
  return definitions.map((definition) => definition.metadata.name).toSorted();
}

function isServed({ status }: Definition): boolean {
  const conditions = status?.conditions ?? [];
  return conditions.some(({ type, status }) => type === "Established" && status === "True");
}
