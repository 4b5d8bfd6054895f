/**
 * Programs of a node that come with the operating system.
 *
 * @module
 */
import { join } from "node:path";
import { capture } from "../../binaries/capture.ts";

/** Programs, and Debian's packages of them. */
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

/**
 * Installs what is missing, on Debian and its relatives, as root.
 *
 * @returns what is missing all the same, and why; undefined when nothing is.
 */
export async function installPackages(
  report: (line: string) => void,
): Promise<string | undefined> {
  const missing = missingPackages();
  if (missing.length === 0) return undefined;
  if (findProgram("apt-get") === undefined) return `no ${missing.join(", ")}, and no apt-get`;
  report(`installing ${missing.join(", ")}`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const aptGet = (...args: string[]) => capture("apt-get", ["--quiet", ...args], { env });
  // Lists can be old, or absent as in most images of containers. What they lack shows below.
  await aptGet("update");
  const { output } = await aptGet("install", "--yes", "--no-install-recommends", ...missing);
  const left = missingPackages();
  if (left.length === 0) return undefined;
  return `no ${left.join(", ")}: apt-get says ${output.trimEnd().split("\n").at(-1)}`;
}

/** The path of a program. */
export function findProgram(name: string): string | undefined {
  const folders = (Deno.env.get("PATH") ?? "").split(":").filter((folder) => folder !== "");
  // Not on everybody's PATH, and half of the programs are there.
  return [...folders, "/usr/sbin", "/sbin"].map((folder) => join(folder, name)).find(isThere);
}

/** Packages of which something is missing. */
export function missingPackages(): string[] {
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
