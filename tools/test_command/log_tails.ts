/**
 * What programs under test logged, for the reader of a failure.
 *
 * @module
 */
import { join } from "node:path";

/** Lines of each log. Kubernetes' own components talk much and are rarely the reason. */
const tail = { ours: 60, others: 8 };

const others = /-(etcd|containerd|kubelet|kube-[a-z-]+)\.log$/;

/** The last lines of every log in the folders of `folder`, each log under its name; ours last. */
export async function logTails(folder: string): Promise<string> {
  const logs: { name: string; path: string }[] = [];
  for await (const { name: sandbox } of Deno.readDir(folder)) {
    for await (const { name } of Deno.readDir(join(folder, sandbox))) {
      logs.push({ name, path: join(folder, sandbox, name) });
    }
  }
  const rank = ({ name }: { name: string }) => others.test(name) ? 0 : 1;
  logs.sort((a, b) => rank(a) - rank(b) || a.path.localeCompare(b.path));
  const parts: string[] = [];
  for (const { name, path } of logs) {
    const text = (await Deno.readTextFile(path)).trimEnd();
    if (text === "") continue;
    const lines = others.test(name) ? tail.others : tail.ours;
    parts.push(`--- end of ${name} ---`, ...text.split("\n").slice(-lines));
  }
  return parts.join("\n");
}
