import assert from "node:assert/strict";
import { FakeClock } from "../../base/fake_clock.ts";
import { runStages } from "./run_stages.ts";
import { impossible, type Outcome, type Stage, verdict } from "./stage.ts";

function stage(name: string, outcome: Outcome | Error): Stage {
  return {
    name,
    run: () => outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome),
  };
}

async function run(stages: Stage[], strict = false): Promise<string[]> {
  const lines: string[] = [];
  const terminal = { clock: new FakeClock(), print: (line: string) => void lines.push(line) };
  await runStages(stages, { strict }, terminal);
  return lines;
}

Deno.test("the last line sums up all stages", async () => {
  const tests = { passed: 12, failed: 2, skipped: ["x: y"], output: "two are broken" };
  const lines = await run([stage("format", verdict(true, "unused")), stage("unit", tests)]);
  assert.deepEqual(lines, [
    "format …",
    "format: 1 passed in 0.0 s",
    "unit …",
    "two are broken",
    "unit: 12 passed, 2 FAILED, 1 not run in 0.0 s",
    "not run: x: y",
    "13 passed, 2 failed",
  ]);
});

Deno.test("a stage that throws is one failure and the next stage still runs", async () => {
  const lines = await run([stage("first", new Error("boom")), stage("second", verdict(true, ""))]);
  assert(lines.includes("boom"));
  assert.equal(lines.at(-1), "1 passed, 1 failed");
});

Deno.test("a stage that runs nothing is a failure", async () => {
  const lines = await run([stage("unit", { passed: 0, failed: 0, skipped: [], output: "" })]);
  assert.equal(lines.at(-1), "0 passed, 1 failed");
});

Deno.test("a stage that this machine cannot run fails nothing, and the reader is told why", async () => {
  const stages = [
    stage("nodes", impossible("no cgroups: read-only")),
    stage("unit", verdict(true, "")),
  ];
  const lines = await run(stages, true);
  assert.deepEqual(lines, [
    "nodes …",
    "nodes: impossible on this machine in 0.0 s",
    "unit …",
    "unit: 1 passed in 0.0 s",
    "impossible on this machine: nodes: no cgroups: read-only",
    "1 passed, 0 failed",
  ]);
});

Deno.test("when strict, a test that did not run is a failure", async () => {
  const tests = { passed: 1, failed: 0, skipped: ["x: y"], output: "" };
  assert.equal((await run([stage("unit", tests)])).at(-1), "1 passed, 0 failed");
  assert.equal((await run([stage("unit", tests)], true)).at(-1), "1 passed, 1 failed");
});
