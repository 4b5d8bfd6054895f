/**
 * Whether a machine that cannot run nodes is known by trying: this one can, so it is made unable.
 *
 * Run as a program it prints what the probes say.
 *
 * @module
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { capture } from "../../tools/binaries/capture.ts";
import { findBinary } from "../../tools/binaries/find.ts";
import { findProgram } from "../../tools/cluster/node/packages.ts";
import { firstProblem } from "../../tools/cluster/node/probe.ts";
import { kernelProbes, programProbes } from "../../tools/cluster/node/probes.ts";
import { printLine } from "../../tools/process/print_line.ts";

/** What the probes say where `withhold`, shell commands, took something away before. */
async function problemWhere(withhold: string): Promise<string> {
  const program = [Deno.execPath(), "run", "--no-check", "--quiet", "--allow-all", "--no-prompt"];
  const { output } = await capture("unshare", [
    ...["--mount", "--propagation=private", "sh", "-ec", `${withhold}\nexec $prefix "$@"`, "sh"],
    ...program,
    fileURLToPath(import.meta.url),
  ]);
  return output;
}

const readOnlyCgroups =
  "for mount in /sys/fs/cgroup $(ls -d /sys/fs/cgroup/*/); do mount -o remount,bind,ro $mount; done";

/** Those that programs cannot do without. */
const fewDevices = `mount -t tmpfs tmpfs /run
cp --archive /dev/null /dev/urandom /run
mount --bind /run /dev`;

const cases: Readonly<Record<string, [withhold: string, problem: RegExp]>> = {
  "nothing": [":", /^none$/],
  "the right to make namespaces": [
    "prefix='setpriv --bounding-set=-sys_admin'",
    /^no namespaces: /,
  ],
  "the kernel's log": [fewDevices, /^no kernel log, which kubelet reads: /],
  "writable cgroups": [readOnlyCgroups, /^no cgroups: /],
  "the right to set up networks": ["prefix='setpriv --bounding-set=-net_admin'", /^no bridges/],
  "the right to make device files": ["prefix='setpriv --bounding-set=-mknod'", /^no containers: /],
};

for (const [name, [withhold, problem]] of Object.entries(cases)) {
  Deno.test(`probes on a machine that withholds ${name} say so`, async () => {
    assert.match(await problemWhere(withhold), problem);
  });
}

if (import.meta.main) {
  const pod = await findBinary("pod");
  const probes = [...kernelProbes, ...programProbes(pod, findProgram("runc") ?? "runc")];
  printLine(await firstProblem(probes) ?? "none");
}
