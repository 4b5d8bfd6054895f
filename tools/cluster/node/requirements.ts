/**
 * Whether this machine can run nodes, and what it takes.
 *
 * @module
 */
import { join } from "node:path";
import { capture } from "../../binaries/capture.ts";

/** Programs that come with the operating system, and Debian's packages of them. */
const packages: Readonly<Record<string, string>> = {
  "containerd": "containerd",
  "ctr": "containerd",
  "runc": "runc",
  "ip": "iproute2",
  "nft": "nftables",
  "iptables": "iptables",
  "nsenter": "util-linux",
  "unshare": "util-linux",
  "tar": "tar",
};

/** Where Debian puts the CNI plugins, and the last of those that are used. */
const cniPlugin = "/usr/lib/cni/portmap";

/** Why no node can run here, to be shown to people; undefined when one can. */
export function nodeProblem(): string | undefined {
  if (Deno.build.os !== "linux") return "nodes run on Linux only";
  if (Deno.uid() !== 0) return "nodes need root";
  const missing = missingPackages();
  return missing.length > 0 ? `missing packages: ${missing.join(", ")}` : undefined;
}

/**
 * Installs what is missing where that is possible: on Debian and its relatives, as root.
 *
 * @returns why no node can run here all the same.
 */
export async function obtainNodePackages(
  report: (line: string) => void,
): Promise<string | undefined> {
  const missing = missingPackages();
  if (Deno.build.os !== "linux" || Deno.uid() !== 0 || missing.length === 0) return nodeProblem();
  if (findProgram("apt-get") === undefined) return nodeProblem();
  report(`installing ${missing.join(", ")}`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await capture("apt-get", ["update", "--quiet"], { env });
  const args = ["install", "--yes", "--quiet", "--no-install-recommends", ...missing];
  const { ok, output } = await capture("apt-get", args, { env });
  if (!ok) report(output.split("\n").slice(-5).join("\n"));
  return nodeProblem();
}

/** The path of a program. */
export function findProgram(name: string): string | undefined {
  const folders = (Deno.env.get("PATH") ?? "").split(":").filter((folder) => folder !== "");
  // Not on everybody's PATH, and half of the programs are there.
  return [...folders, "/usr/sbin", "/sbin"].map((folder) => join(folder, name)).find(isThere);
}

function missingPackages(): string[] {
  const missing = Object.entries(packages).flatMap(([program, name]) =>
    findProgram(program) === undefined ? [name] : []
  );
  if (!isThere(cniPlugin)) missing.push("containernetworking-plugins");
  return [...new Set(missing)];
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
