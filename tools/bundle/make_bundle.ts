/**
 * The program as plain JavaScript: what a machine needs besides Deno.
 *
 * @module
 */
import { join } from "node:path";
import { root } from "../house_rules/source_path.ts";
import { runtimeOf } from "../process/runtime.ts";
import { runDeno } from "../test_command/run_command.ts";
import { finishModule, type Redirections } from "./finish_module.ts";
import { launcherScript } from "./launcher.ts";

/** One file of the bundle. */
interface Part {
  readonly entry: string;
  readonly file: string;
  /** `cjs` for what is loaded by `require`. */
  readonly format: "esm" | "cjs";
  /** What stays outside of it. */
  readonly redirections: Redirections;
}

const plugins = { "@kubernetes/client-node": "./kubernetes_client_node.cjs" };

// One file for each mode: the CCM never reads Envoy's and gRPC's code.
const parts: readonly Part[] = [
  {
    entry: "main.ts",
    file: "main.js",
    format: "esm",
    redirections: { "./modes/manager.ts": "./manager.cjs", "./modes/ccm.ts": "./ccm.cjs" },
  },
  { entry: "modes/manager.ts", file: "manager.cjs", format: "cjs", redirections: plugins },
  { entry: "modes/ccm.ts", file: "ccm.cjs", format: "cjs", redirections: plugins },
  {
    entry: "tools/bundle/kubernetes_client_node.ts",
    file: "kubernetes_client_node.cjs",
    format: "cjs",
    redirections: {},
  },
];

/** An ES module has no `require` of its own. */
const requireOfModule =
  `import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);\n`;

/**
 * Writes the bundle and its launcher, `kubelb`, into a folder.
 *
 * @throws Error with Deno's message when it cannot bundle; the first time it downloads esbuild.
 */
export async function makeBundle(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await Promise.all(parts.map((part) => makePart(part, folder)));
  await Deno.copyFile(join(root, "LICENSE"), join(folder, "LICENSE"));
  const launcher = join(folder, "kubelb");
  await Deno.writeTextFile(launcher, launcherScript(runtimeOf("manager"), runtimeOf("ccm")));
  await Deno.chmod(launcher, 0o755);
}

/** Not minified: a stack trace in a log must name what it names in the source. */
async function makePart(part: Part, folder: string): Promise<void> {
  const path = join(folder, part.file);
  const external = Object.keys(part.redirections).flatMap((name) => ["--external", name]);
  const options = ["--quiet", "--platform", "deno", "--format", part.format, ...external];
  const { ok, output } = await runDeno(["bundle", ...options, "-o", path, part.entry], {
    cwd: root,
  });
  if (!ok) throw new Error(`cannot bundle ${part.entry}:\n${output.trimEnd()}`);
  const header = part.format === "esm" ? requireOfModule : "";
  const code = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, header + finishModule(code, part.redirections));
}
