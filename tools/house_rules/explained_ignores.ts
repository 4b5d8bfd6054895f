/**
 * House rule: whoever silences the linter or the compiler says why.
 *
 * @module
 */

/** The rule for `deno lint`: `deno-lint-ignore rule -- reason`; `@ts-ignore` not at all. */
export const explainedIgnoresRule: Deno.lint.Rule = {
  create(context) {
    return {
      Program(program) {
        for (const comment of context.sourceCode.getAllComments()) {
          const problem = problemOf(comment.value.trim());
          if (problem !== undefined) {
            // Comments cannot be reported on; the program's first line is where the reader looks.
            context.report({ node: program, message: `${problem}: ${comment.value.trim()}` });
          }
        }
      },
    };
  },
};

function problemOf(comment: string): string | undefined {
  if (comment.startsWith("@ts-ignore")) return "use a type instead";
  if (comment.startsWith("deno-lint-ignore") && !/ -- \S/.test(comment)) return "say why, after --";
  return undefined;
}
