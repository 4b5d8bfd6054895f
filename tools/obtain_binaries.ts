/**
 * `deno task binaries`: obtains the programs that tests and the demo need, and says where they are.
 *
 * @module
 */
import { describeError } from "../base/errors.ts";
import { binaryNames } from "./binaries/catalog.ts";
import { obtainBinaries } from "./binaries/obtain.ts";
import { printLine } from "./process/print_line.ts";

try {
  await obtainBinaries(binaryNames, { report: printLine });
} catch (error) {
  printLine(describeError(error));
  Deno.exitCode = 1;
}
