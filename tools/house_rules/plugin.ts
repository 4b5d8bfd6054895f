/**
 * The house rules that look at code, as a plugin of `deno lint`.
 *
 * @module
 */
import { assertingTestsRule } from "./asserting_tests.ts";
import { documentedExportsRule } from "./documented_exports.ts";
import { explainedIgnoresRule } from "./explained_ignores.ts";
import { functionLengthRule } from "./function_length.ts";
import { layersRule } from "./layers.ts";
import { modReexportsRule } from "./mod_reexports.ts";
import { passedInRule } from "./passed_in.ts";

/** Named `house/<rule>` in reports and in ignore comments. */
const plugin: Deno.lint.Plugin = {
  name: "house",
  rules: {
    "asserting-tests": assertingTestsRule,
    "documented-exports": documentedExportsRule,
    "explained-ignores": explainedIgnoresRule,
    "function-length": functionLengthRule,
    "layers": layersRule,
    "mod-reexports": modReexportsRule,
    "passed-in": passedInRule,
  },
};

export default plugin;
