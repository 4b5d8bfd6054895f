/**
 * The command line of `deno task bundle`.
 *
 * @module
 */

/** Text of `--help`. */
export const bundleHelp = `Usage: deno task bundle [FOLDER]

Writes the program as plain JavaScript with its launcher, kubelb, into FOLDER (default: dist).`;

/** @throws Error that names the unknown flag, or the arguments that are too many. */
export function parseBundleArguments(
  args: readonly string[],
): { readonly folder: string } | "help" {
  if (args.includes("--help") || args.includes("-h")) return "help";
  const flag = args.find((argument) => argument.startsWith("-"));
  if (flag !== undefined) throw new Error(`unknown flag ${flag}\n\n${bundleHelp}`);
  const [folder = "dist", ...more] = args;
  if (more.length > 0) throw new Error(`one folder is enough: ${args.join(" ")}\n\n${bundleHelp}`);
  if (folder === "") throw new Error(`the name of the folder is empty\n\n${bundleHelp}`);
  return { folder };
}
