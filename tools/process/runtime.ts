/**
 * What this program is run with: the tasks of `deno.json` are the one place that says it.
 *
 * @module
 */
import configuration from "../../deno.json" with { type: "json" };

/** How Deno is told to run a mode. */
export interface Runtime {
  /** Settings of the C library's allocator. */
  readonly env: Readonly<Record<string, string>>;
  /** Flags of `deno run`: permissions, V8. */
  readonly flags: readonly string[];
}

/** What the task named as the mode runs it with. */
export function runtimeOf(mode: "manager" | "ccm"): Runtime {
  return parseTask(configuration.tasks[mode]);
}

/**
 * Takes a task apart.
 *
 * @example
 * ```ts
 * import { parseTask } from "./runtime.ts";
 * const { env, flags } = parseTask("A=1 deno run --allow-net main.ts --mode=ccm");
 * console.assert(env["A"] === "1" && flags.join() === "--allow-net");
 * ```
 * @param task `NAME=value … deno run flags main.ts --mode=…`.
 * @throws Error when it is none of that form.
 */
export function parseTask(task: string): Runtime {
  const match = /^((?:[A-Z_]+=\S+ )*)deno run ((?:--\S+ )*)main\.ts(?: |$)/.exec(task);
  if (match === null) throw new Error(`not a task that runs main.ts: ${task}`);
  const [, settings = "", flags = ""] = match;
  const pairs = words(settings).map((setting): [string, string] => {
    const end = setting.indexOf("=");
    return [setting.slice(0, end), setting.slice(end + 1)];
  });
  return { env: Object.fromEntries(pairs), flags: words(flags) };
}

function words(text: string): string[] {
  return text.split(" ").filter((word) => word !== "");
}
