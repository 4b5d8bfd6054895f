/**
 * `deno task bundle [FOLDER]`: the program as plain JavaScript with a launcher, in `dist/`: runs
 * with Deno alone, without this repository, a package cache or a network.
 *
 * @module
 */
import { describeError } from "../base/errors.ts";
import { makeBundle } from "./bundle/make_bundle.ts";
import { printLine } from "./process/print_line.ts";

const [folder = "dist"] = Deno.args;
try {
  await makeBundle(folder);
  printLine(`${folder}/kubelb`);
} catch (error) {
  printLine(describeError(error));
  Deno.exitCode = 1;
}
