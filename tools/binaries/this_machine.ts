/**
 * The machine this program runs on.
 *
 * @module
 */
import type { Machine } from "./plan.ts";

const architectures: Readonly<Record<string, string>> = {
  "x86_64": "amd64",
  "aarch64": "arm64",
};

/** Named as Go, Kubernetes and etcd name platforms. */
export const thisMachine: Machine = {
  platform: `${Deno.build.os}-${architectures[Deno.build.arch] ?? Deno.build.arch}`,
  env: (name) => Deno.env.get(name),
};
