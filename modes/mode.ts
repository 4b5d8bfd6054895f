/**
 * Which of the two roles the command line asks for.
 *
 * @module
 */
import { versionText } from "./version.ts";

/** What `main.ts` does next. `args` is the command line without `--mode`. */
export type ModeChoice =
  | { readonly mode: "manager" | "ccm"; readonly args: readonly string[] }
  | { readonly mode: "text"; readonly text: string; readonly exitCode: number };

const modes = ["manager", "ccm"] as const;

const overview = `KubeLB: one load balancer control plane for many Kubernetes clusters.

Usage:
  kubelb --mode=manager [flags]   in the management cluster: xDS control plane, Envoy fleets, tenants
  kubelb --mode=ccm [flags]       in a tenant cluster: Services of type LoadBalancer to the hub

  kubelb --mode=manager --help    the flags of the manager
  kubelb --mode=ccm --help        the flags of the CCM
  kubelb --version
`;

/**
 * Reads `--mode` from the command line; the other flags are the mode's own.
 *
 * @example
 * ```ts
 * import { parseMode } from "./mode.ts";
 * const choice = parseMode(["--mode=ccm", "--cluster-name=acme"]);
 * console.assert(choice.mode === "ccm" && choice.args[0] === "--cluster-name=acme");
 * ```
 */
export function parseMode(args: readonly string[]): ModeChoice {
  const position = args.findIndex((arg) => arg === "--mode" || arg.startsWith("--mode="));
  if (position < 0) return withoutMode(args);

  const inline = args[position]?.startsWith("--mode=") ?? false;
  const value = inline ? args[position]?.slice("--mode=".length) : args[position + 1];
  const rest = args.toSpliced(position, inline ? 1 : 2);
  const mode = modes.find((known) => known === value);
  if (mode !== undefined) return { mode, args: rest };
  return failure(`unknown mode ${JSON.stringify(value ?? "")}: --mode is manager or ccm`);
}

function withoutMode(args: readonly string[]): ModeChoice {
  const [first = ""] = args;
  if (first === "--version") return { mode: "text", text: `${versionText()}\n`, exitCode: 0 };
  if (["--help", "-h", "help"].includes(first)) {
    return { mode: "text", text: overview, exitCode: 0 };
  }
  const meant = modes.find((known) => known === first.replace(/^--?/, ""));
  if (meant !== undefined) return failure(`--mode is missing: did you mean --mode=${meant}?`);
  return failure("--mode is missing: it is manager or ccm");
}

function failure(message: string): ModeChoice {
  return { mode: "text", text: `kubelb: ${message}\n\n${overview}`, exitCode: 2 };
}
