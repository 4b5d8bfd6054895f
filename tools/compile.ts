/**
 * `deno task compile [FLAGS]`: the program as one executable, `dist/executable/kubelb`. Flags are
 * those of `deno compile`, for example `--target=aarch64-unknown-linux-gnu`. It needs a download;
 * `deno task bundle` does not.
 *
 * @module
 */
import { root } from "./house_rules/source_path.ts";
import { printLine } from "./process/print_line.ts";
import { runtimeOf } from "./process/runtime.ts";
import { runDeno } from "./test_command/run_command.ts";

/** What is baked in serves both modes: the permissions of the manager. */
const v8Flags = runtimeOf("manager").flags.filter((flag) => flag.startsWith("--v8-flags="));

const { ok, output } = await runDeno([
  "compile",
  "--quiet",
  "--allow-all",
  "--no-prompt",
  ...v8Flags,
  "--output=dist/executable/kubelb",
  ...Deno.args,
  "main.ts",
], { cwd: root });
if (ok) {
  printLine("dist/executable/kubelb");
} else {
  printLine(output.trimEnd());
  if (output.includes("denort")) {
    printLine(
      "\nNo executable was made. For that Deno downloads its runtime (denort) from dl.deno.land; " +
        "where that cannot be reached,\nput the runtime of this Deno's version on the machine and " +
        "set DENORT_BIN to its path, or use `deno task bundle`:\nits dist/kubelb is used alike, and " +
        "needs a Deno beside it or on PATH.",
    );
  }
  Deno.exitCode = 1;
}
