/**
 * Managers as pods of the hub, from the manifest that users apply.
 *
 * @module
 */
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { makeBundle } from "../../tools/bundle/make_bundle.ts";
import { applyObject } from "../../tools/cluster/manifest.ts";
import { type ImageContent, withLibraries } from "../../tools/cluster/node/image.ts";
import type { NodeCluster } from "../../tools/cluster/node/node_cluster.ts";
import { findProgram } from "../../tools/cluster/node/packages.ts";
import { eventually } from "../../tools/process/eventually.ts";
import type { Sandbox } from "../../tools/process/sandbox.ts";
import { isReady, type Pod } from "./pod.ts";

const manifest = new URL("../../manifests/manager.yaml", import.meta.url);

/** The Service's address: the test's cluster has no DNS, by which it would be found. */
const serviceAddress = "10.96.80.1";

/** What `manifests/Dockerfile` makes of the bundle, less all that the program does not use. */
export async function managerImage(sandbox: Sandbox): Promise<ImageContent> {
  const bundle = sandbox.path("bundle");
  await makeBundle(bundle);
  const folder = "/opt/kubelb";
  const files: Record<string, string> = {};
  for await (const { name } of Deno.readDir(bundle)) {
    files[`${folder}/${name}`] = join(bundle, name);
  }
  Object.assign(files, await withLibraries(`${folder}/deno`, Deno.execPath()));
  // What the launcher calls.
  for (const name of ["sh", "dirname", "readlink"]) {
    Object.assign(files, await withLibraries(`/bin/${name}`, findProgram(name) ?? name));
  }
  return {
    name: "registry.example.com/kubelb:0.1.0",
    files,
    entrypoint: [`${folder}/kubelb`],
  };
}

/**
 * Applies the manifest, with this hub's own addresses, and waits for the managers. The Service leads
 * each Envoy to the manager on its own node, so that both have one to speak of.
 */
export async function startManagerPods({ plane }: NodeCluster): Promise<void> {
  const text = (await Deno.readTextFile(manifest))
    .replace("https://hub.example.com:6443", plane.server)
    .replace("- --runtime=kubernetes", `$&\n            - --xds-address=${serviceAddress}:8001`)
    .replace(
      "  ports: [{ name: xds",
      `  clusterIP: ${serviceAddress}\n  internalTrafficPolicy: Local\n$&`,
    );
  for (const document of parseAllDocuments(text)) await applyObject(plane.admin, document.toJS());
  await readyManagers({ plane });
}

/** The pods of both managers, as soon as these are ready. */
export async function readyManagers({ plane }: Pick<NodeCluster, "plane">): Promise<Pod[]> {
  const label = "labelSelector=app.kubernetes.io%2Fname%3Dkubelb-manager";
  let pods: Pod[] = [];
  return await eventually(async () => {
    const path = `/api/v1/namespaces/kubelb/pods?${label}`;
    pods = (await plane.admin.request<{ items: Pod[] }>("GET", path)).items;
    return pods.length === 2 && pods.every(isReady) ? pods : undefined;
  }, {
    deadline: 60_000,
    describe: () => `managers: ${JSON.stringify(pods.map(({ status }) => status))}`,
  });
}
