/**
 * `deno task bundle [FOLDER]`: the program as plain JavaScript with a launcher, in `dist/`: runs
 * with Deno alone, without this repository, a package cache or a network.
 *
 * @module
 */
import { describeError } from "../base/errors.ts";
import { bundleHelp, parseBundleArguments } from "./bundle/bundle_arguments.ts";
import { makeBundle } from "./bundle/make_bundle.ts";
import { printLine } from "./process/print_line.ts";

async function main(): Promise<void> {
  const parsed = parseBundleArguments(Deno.args);
  if (parsed === "help") return printLine(bundleHelp);
  await makeBundle(parsed.folder);
  printLine(`${parsed.folder}/kubelb`);
}

try {
  await main();
} catch (error) {
  printLine(describeError(error));
  Deno.exitCode = 1;
}
