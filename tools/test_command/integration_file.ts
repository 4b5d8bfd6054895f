/**
 * Runs one file of integration tests: with the logs of what it started if it fails, and with a look
 * at what it left behind.
 *
 * @module
 */
import { eventually } from "../process/eventually.ts";
import { markedProcesses } from "../process/marked_processes.ts";
import { Sandbox } from "../process/sandbox.ts";
import { savedLogsVariable } from "../process/saved_logs.ts";
import { logTails } from "./log_tails.ts";
import { type Outcome, sum } from "./stage.ts";
import { runTests } from "./test_run.ts";

/** Marks everything that a run starts, also what no longer knows its sandbox. */
const runVariable = "KUBELB_TEST_RUN";

/** A process that outlives the tests is one more failure; it is killed. */
export async function runIntegrationFile(
  file: string,
  cwd: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  await using logs = await Sandbox.create("logs");
  const env = { ...variables, [savedLogsVariable]: logs.folder, [runVariable]: logs.folder };
  const tests = await runTests([file], { cwd, env });
  const leftovers = await endLeftovers(file, logs.folder);
  const outcome = sum([tests, leftovers]);
  if (outcome.failed === 0) return outcome;
  return { ...outcome, output: `${outcome.output}\n${await logTails(logs.folder)}` };
}

async function endLeftovers(file: string, run: string): Promise<Outcome> {
  const find = () => markedProcesses(runVariable, run);
  // A watchdog may still be cleaning up; that it does is part of the harness.
  await eventually(async () => (await find()).length === 0, { deadline: 2_000 }).catch(() => {});
  const left = await find();
  const lines: string[] = [];
  for (const { pid, command } of left) {
    lines.push(`${file} left a process behind: ${command}`);
    try {
      Deno.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself meanwhile; it was there after the tests all the same.
    }
  }
  return { passed: 0, failed: left.length, skipped: [], output: lines.join("\n") };
}
