/**
 * Decides where a program may come from, in which order.
 *
 * @module
 */
import { join } from "node:path";
import type { BinarySpec, Download, Recipe } from "./catalog.ts";

/** The machine, as far as it matters here. */
export interface Machine {
  /** For example `linux-amd64`. */
  readonly platform: string;
  /** Value of an environment variable. */
  readonly env: (name: string) => string | undefined;
}

/** One way to get a program. */
export type Step =
  /** The reader named it: used as it is, and nothing else is tried. */
  | { readonly kind: "environment"; readonly variable: string; readonly path: string }
  /** Installed on this machine: used when its version fits. */
  | { readonly kind: "installed"; readonly candidates: readonly string[] }
  /** Obtained earlier. */
  | { readonly kind: "cache"; readonly path: string }
  | { readonly kind: "download"; readonly download: Download }
  | { readonly kind: "make"; readonly recipe: Recipe };

/** The steps for a program, to be tried one after the other until one gives it. */
export function planSteps(spec: BinarySpec, machine: Machine): Step[] {
  const variable = environmentVariable(spec.name);
  const chosen = machine.env(variable);
  if (chosen !== undefined && chosen !== "") {
    return [{ kind: "environment", variable, path: chosen }];
  }
  const download = spec.downloads[machine.platform];
  return [
    { kind: "installed", candidates: pathCandidates(spec.name, machine.env("PATH") ?? "") },
    { kind: "cache", path: cachePath(spec, machine) },
    ...(download === undefined ? [] : [{ kind: "download", download } as const]),
    { kind: "make", recipe: spec.recipe },
  ];
}

/** `KUBE_APISERVER_PATH` for `kube-apiserver`. */
export function environmentVariable(name: string): string {
  return `${name.toUpperCase().replaceAll("-", "_")}_PATH`;
}

/** Where an obtained program is kept: `~/.cache/kubelb/bin/etcd-3.6.6-linux-amd64`. */
export function cachePath({ name, version }: BinarySpec, machine: Machine): string {
  return join(cacheFolder(machine), "bin", `${name}-${version}-${machine.platform}`);
}

/** `$XDG_CACHE_HOME/kubelb`, by default `~/.cache/kubelb`. @throws Error without a home. */
export function cacheFolder({ env }: Machine): string {
  const home = env("HOME");
  const cache = env("XDG_CACHE_HOME") || (home ? join(home, ".cache") : undefined);
  if (cache === undefined) throw new Error("neither HOME nor XDG_CACHE_HOME is set");
  return join(cache, "kubelb");
}

/** Whether a version found on the machine will do: the minor version is the same. */
export function isCompatible(found: string, wanted: string): boolean {
  const minor = (version: string) => version.split(".").slice(0, 2).join(".");
  return minor(found) === minor(wanted);
}

function pathCandidates(name: string, path: string): string[] {
  return path.split(":").filter((folder) => folder !== "").map((folder) => join(folder, name));
}
