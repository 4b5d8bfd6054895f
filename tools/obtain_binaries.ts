/**
 * `deno task binaries`: obtains the programs that tests and the demo need, and says where they are.
 *
 * @module
 */
import { describeError } from "../base/errors.ts";
import { binaryNames, nodeBinaryNames } from "./binaries/catalog.ts";
import { obtainBinaries } from "./binaries/obtain.ts";
import { printLine } from "./process/print_line.ts";

try {
  // Nobody else can run nodes; whether this machine can, the tests find out.
  const nodes = Deno.build.os === "linux" && Deno.uid() === 0 ? nodeBinaryNames : [];
  await obtainBinaries([...binaryNames, ...nodes], { report: printLine });
} catch (error) {
  printLine(describeError(error));
  Deno.exitCode = 1;
}
