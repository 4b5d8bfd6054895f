/**
 * `deno task test`: every check and test of the repository; ends with `N passed, N failed`.
 *
 * @module
 */
import { systemClock } from "../base/clock.ts";
import { describeError } from "../base/errors.ts";
import { printLine } from "./process/print_line.ts";
import { runStages } from "./test_command/run_stages.ts";
import { help, parseSelection, type Selection } from "./test_command/selection.ts";
import { chooseStages, makeStages } from "./test_command/stages.ts";

async function main(): Promise<number> {
  const nothing: Selection = { stages: [], paths: [], strict: false };
  const known = makeStages(nothing).map(({ name }) => name);
  const selection = parseSelection(Deno.args, known);
  if (selection === "help") {
    printLine(`${help}\nStages: ${known.join(", ")}`);
    return 0;
  }
  const stages = await chooseStages(selection);
  const terminal = { clock: systemClock, print: printLine };
  const { failed } = await runStages(stages, { strict: selection.strict }, terminal);
  return failed === 0 ? 0 : 1;
}

try {
  Deno.exitCode = await main();
} catch (error) {
  printLine(describeError(error));
  Deno.exitCode = 2;
}
