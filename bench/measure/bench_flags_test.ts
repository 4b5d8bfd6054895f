import assert from "node:assert/strict";
import { defineFlags } from "../../modes/flags.ts";
import { benchFlags } from "./bench_flags.ts";

const flags = defineFlags({
  samples: { type: "integer", default: 50, min: 1, description: "How many." },
});

function read(...args: string[]) {
  const said: string[] = [];
  const values = benchFlags(flags, "l4 [--samples=50]", args, (line) => said.push(line));
  const { exitCode } = Deno;
  Deno.exitCode = 0;
  return { values, said, exitCode };
}

const usage = "usage: deno task bench l4 [--samples=50]";

Deno.test("a benchmark that can run has the values and says nothing", () => {
  assert.deepEqual(read("--samples=7"), { values: { samples: 7 }, said: [], exitCode: 0 });
});

Deno.test("help is the usage, and no failure", () => {
  assert.deepEqual(read("--help"), { values: undefined, said: [usage], exitCode: 0 });
});

Deno.test("a mistake is told in one line, without a stack, and fails", () => {
  const said = ["unknown flag --sample; did you mean --samples?", usage];
  assert.deepEqual(read("--sample=7"), { values: undefined, said, exitCode: 2 });
});
