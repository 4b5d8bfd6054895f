/**
 * The stages of the test command, in their order: the cheapest first.
 *
 * @module
 */
import { join } from "node:path";
import { systemClock } from "../../base/clock.ts";
import { binaryNames } from "../binaries/catalog.ts";
import { obtainBinaries } from "../binaries/obtain.ts";
import { prepareNodes } from "../cluster/node/prepare_nodes.ts";
import { checkFiles } from "../house_rules/check_files.ts";
import { isTest, root } from "../house_rules/source_path.ts";
import { Sandbox } from "../process/sandbox.ts";
import { faultReport, faultTableVariable } from "./fault_report.ts";
import { runIntegrationFile } from "./integration_file.ts";
import { runTests } from "./test_run.ts";
import { runDeno } from "./run_command.ts";
import { seconds, summary } from "./run_stages.ts";
import { emptyPaths, isAskedFor, isSelected, type Selection } from "./selection.ts";
import { impossible, type Outcome, type Stage, sum, verdict } from "./stage.ts";
import { findFiles, type TestKind, testKind } from "./test_files.ts";

/** Programs that write generated files; with `--check` they only tell whether these are current. */
const generators = ["tools/generate_crds.ts", "tools/generate_protos.ts"];

/** Stages that hold as a whole, by name: the command is this Deno. */
const commands: Record<string, string[]> = {
  "format": ["fmt", "--check"],
  "lint": ["lint"],
  "types": ["check", "--quiet", "."],
};

/**
 * The stages that a selection means: those named, else those with a test file among the paths, else
 * all.
 *
 * @throws Error when there is no test file at one of the paths.
 */
export async function chooseStages(selection: Selection): Promise<Stage[]> {
  const stages = makeStages(selection);
  const files = await findFiles(root, "_test.ts");
  const vain = emptyPaths(files, selection);
  if (vain.length > 0) throw new Error(`no test file at ${vain.join(", ")}`);
  if (selection.stages.length > 0) {
    return stages.filter(({ name }) => selection.stages.includes(name));
  }
  if (selection.paths.length === 0) return stages;
  const selected = files.filter((file) => isSelected(file, selection));
  const filled = new Set<string>(selected.map(testKind));
  if (filled.has("integration") || filled.has("nodes")) filled.add("binaries");
  return stages.filter(({ name }) => filled.has(name));
}

/** All stages; `selection` limits the files of those that contain tests. */
export function makeStages(selection: Selection): Stage[] {
  return [
    ...Object.entries(commands).map(([name, args]) => commandStage(name, args)),
    { name: "house-rules", run: runHouseRules },
    { name: "generated", run: runGenerators },
    { name: "examples", run: runExamples },
    { name: "unit", run: () => runUnit(selection) },
    { name: "binaries", run: runBinaries },
    { name: "integration", run: (report) => runIntegration(selection, report) },
    { name: "nodes", run: (report) => runNodes(selection, report) },
  ];
}

function commandStage(name: string, args: readonly string[]): Stage {
  const run = async () => {
    const { ok, output } = await runDeno(args, { cwd: root });
    return verdict(ok, output);
  };
  return { name, run };
}

/** Those that look at code are rules of the linter. */
async function runHouseRules(): Promise<Outcome> {
  const violations = await checkFiles();
  return verdict(violations.length === 0, violations.join("\n"));
}

async function runGenerators(report: (line: string) => void): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  for (const generator of generators) {
    report(generator);
    const args = ["run", "--allow-all", "--no-prompt", generator, "--check"];
    const { ok, output } = await runDeno(args, { cwd: root });
    outcomes.push(verdict(ok, output));
  }
  return sum(outcomes);
}

/** The examples in docstrings: each runs by itself. Those marked `ignore` need a server. */
async function runExamples(): Promise<Outcome> {
  const files: string[] = [];
  for (const file of await findFiles(root, ".ts")) {
    if (isTest(file)) continue;
    if (/^ *\* ```ts *$/m.test(await Deno.readTextFile(join(root, file)))) files.push(file);
  }
  return await runTests(files, { examples: true, cwd: root });
}

async function runBinaries(report: (line: string) => void): Promise<Outcome> {
  await obtainBinaries(binaryNames, { report });
  return verdict(true, "");
}

async function testFiles(selection: Selection, kind: TestKind): Promise<string[]> {
  const files = await findFiles(root, "_test.ts");
  return files.filter((file) => testKind(file) === kind && isSelected(file, selection));
}

async function runUnit(selection: Selection): Promise<Outcome> {
  const files = await testFiles(selection, "unit");
  if (files.length === 0) return sum([]);
  return await runTests(files, { parallel: true, cwd: root });
}

async function runIntegration(
  selection: Selection,
  report: (line: string) => void,
): Promise<Outcome> {
  await using faults = await Sandbox.create("faults");
  const env = { [faultTableVariable]: faults.folder };
  const outcome = await runFiles(await testFiles(selection, "integration"), report, env);
  for (const line of await faultReport(faults.folder)) report(line);
  return outcome;
}

/** A machine that cannot run nodes is no fault of the code, unless the reader asked for them. */
async function runNodes(selection: Selection, report: (line: string) => void): Promise<Outcome> {
  const files = await testFiles(selection, "nodes");
  const problem = await prepareNodes(report);
  if (problem === undefined) return await runFiles(files, report);
  return isAskedFor("nodes", "tests/nodes", selection)
    ? verdict(false, `impossible on this machine: ${problem}`)
    : impossible(problem);
}

/** One file, one process: what one leaves behind or breaks does not meet the next. */
async function runFiles(
  files: readonly string[],
  report: (line: string) => void,
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  for (const file of files) {
    const start = systemClock.monotonic();
    const outcome = await runIntegrationFile(file, root, env);
    report(`${file}: ${summary(outcome)} in ${seconds(systemClock.monotonic() - start)}`);
    outcomes.push(outcome);
  }
  return sum(outcomes);
}
