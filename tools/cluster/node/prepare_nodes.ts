/**
 * Makes this machine able to run nodes, where it can be.
 *
 * @module
 */
import { nodeBinaryNames } from "../../binaries/catalog.ts";
import { obtainBinaries } from "../../binaries/obtain.ts";
import { firstProblem } from "./probe.ts";
import { kernelProbes, programProbes } from "./probes.ts";
import { findProgram, installPackages } from "./packages.ts";

/**
 * Tries what nodes need of the kernel, installs the packages and obtains the programs that are
 * missing. In an order that costs a machine that cannot run nodes next to nothing.
 *
 * @param report told what takes long.
 * @returns why no node can run here, to be shown to people; undefined when one can.
 * @throws Error when a program cannot be obtained.
 */
export async function prepareNodes(report: (line: string) => void): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return "nodes run on Linux only";
  if (Deno.uid() !== 0) return "nodes need root";
  const problem = await firstProblem(kernelProbes) ?? await installPackages(report);
  if (problem !== undefined) return problem;
  const { pod } = await obtainBinaries(["pod"], { report });
  const last = await firstProblem(programProbes(pod, findProgram("runc") ?? "runc"));
  if (last !== undefined) return last;
  await obtainBinaries(nodeBinaryNames.filter((name) => name !== "pod"), { report });
  return undefined;
}
