/**
 * Where a program is that tests and the demo run.
 *
 * @module
 */
import { join } from "node:path";

/** Programs that are not ours. */
export type BinaryName =
  | "etcd"
  | "kube-apiserver"
  | "kube-controller-manager"
  | "kubectl"
  | "envoy";

const versions: Record<BinaryName, string> = {
  "etcd": "3.6.6",
  "kube-apiserver": "1.36.3",
  "kube-controller-manager": "1.36.3",
  "kubectl": "1.36.3",
  "envoy": "1.40.0",
};

/** The path of a program. @throws Error when it is nowhere. */
export async function findBinary(name: BinaryName): Promise<string> {
  const variable = name.toUpperCase().replaceAll("-", "_") + "_PATH";
  const chosen = Deno.env.get(variable);
  if (chosen !== undefined) return chosen;
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? join(Deno.env.get("HOME") ?? "", ".cache");
  const path = join(cache, "kubelb/bin", `${name}-${versions[name]}-linux-amd64`);
  await Deno.stat(path);
  return path;
}
