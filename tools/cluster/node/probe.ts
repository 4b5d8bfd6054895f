/**
 * Trying out whether this machine allows something, instead of guessing it from what it is.
 *
 * @module
 */
import { capture } from "../../binaries/capture.ts";

/** One thing that a node does to its machine. */
export interface Probe {
  /** What it needs, to be shown to people. */
  readonly what: string;
  /** Shell commands that do it; they fail where it is not allowed. */
  readonly script: string;
}

/** Runs a shell script to its end. */
export type RunScript = (script: string) => Promise<{ ok: boolean; output: string }>;

/**
 * What the first probe that fails is about and its last words; undefined when none does.
 *
 * The commands are not those of the harness: if they were, a mistake of the harness would look like
 * a machine that cannot run nodes, and no test would fail.
 */
export async function firstProblem(
  probes: readonly Probe[],
  runScript: RunScript = inNamespaces,
): Promise<string | undefined> {
  for (const { what, script } of probes) {
    const { ok, output } = await runScript(script);
    if (ok) continue;
    const said = output.trimEnd().split("\n").at(-1) || "no word why";
    return `no ${what}: ${said}`;
  }
  return undefined;
}

/** In namespaces of its own, which take all that it makes with them. */
function inNamespaces(script: string): Promise<{ ok: boolean; output: string }> {
  const namespaces = "--net --cgroup --mount --propagation=private --pid --mount-proc";
  return capture("timeout", [
    ...["--signal=KILL", "30", "unshare", ...namespaces.split(" "), "--fork", "--kill-child"],
    ...["sh", "-ec", script],
  ]);
}
