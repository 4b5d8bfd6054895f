/**
 * Where a program is that is already on this machine.
 *
 * @module
 */
import { type BinaryName, type BinarySpec, catalog } from "./catalog.ts";
import { isCompatible, planSteps, type Step } from "./plan.ts";
import { thisMachine } from "./this_machine.ts";
import { versionOf } from "./version.ts";

export type { BinaryName } from "./catalog.ts";

const found = new Map<BinaryName, Promise<string>>();

/**
 * The path of a program, without obtaining it. Looked up once a process.
 *
 * @throws Error that says how to obtain it, when it is nowhere.
 */
export function findBinary(name: BinaryName): Promise<string> {
  let path = found.get(name);
  if (path === undefined) {
    path = look(name);
    found.set(name, path);
  }
  return path;
}

async function look(name: BinaryName): Promise<string> {
  const spec = catalog[name];
  const path = await findLocally(spec, planSteps(spec, thisMachine), () => {});
  if (path === undefined) {
    throw new Error(`${name} ${spec.version} is not on this machine: run "deno task binaries"`);
  }
  return path;
}

/**
 * The first of `steps` that leads to a program on this machine.
 *
 * @param skipped told why a step did not.
 * @throws Error when the environment names something that is not a file.
 */
export async function findLocally(
  spec: BinarySpec,
  steps: readonly Step[],
  skipped: (reason: string) => void,
): Promise<string | undefined> {
  for (const step of steps) {
    if (step.kind === "environment") return await requireFile(step);
    if (step.kind === "cache" && await isFile(step.path)) return step.path;
    if (step.kind === "installed") {
      const path = await findInstalled(spec, step.candidates, skipped);
      if (path !== undefined) return path;
    }
  }
  return undefined;
}

async function findInstalled(
  spec: BinarySpec,
  candidates: readonly string[],
  skipped: (reason: string) => void,
): Promise<string | undefined> {
  for (const path of candidates) {
    if (!await isFile(path)) continue;
    const version = await versionOf(spec, path);
    if (version !== undefined && isCompatible(version, spec.version)) return path;
    skipped(`${path} is version ${version ?? "unknown"}, wanted is ${spec.version}`);
  }
  return undefined;
}

async function requireFile({ variable, path }: Step & { kind: "environment" }): Promise<string> {
  if (await isFile(path)) return path;
  throw new Error(`${variable} names ${path}, which is not a file`);
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}
