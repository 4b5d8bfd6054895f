/**
 * `deno task binaries`: obtains the programs that tests and the demo need, and says where they are.
 *
 * @module
 */
import { describeError } from "../base/errors.ts";
import { binaryNames, nodeBinaryNames } from "./binaries/catalog.ts";
import { obtainBinaries } from "./binaries/obtain.ts";
import { nodeProblem } from "./cluster/node/requirements.ts";
import { printLine } from "./process/print_line.ts";

try {
  const nodes = nodeProblem() === undefined ? nodeBinaryNames : [];
  await obtainBinaries([...binaryNames, ...nodes], { report: printLine });
} catch (error) {
  printLine(describeError(error));
  Deno.exitCode = 1;
}
