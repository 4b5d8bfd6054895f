/**
 * House rule: functions are short.
 *
 * @module
 */
import { isTest, repositoryPath } from "./source_path.ts";

/** Lines, from the first of the signature to the last of the body. About 12 are typical. */
const longest = 60;

/** The rule for `deno lint`. Tests are left out: a story is told in one piece. */
export const functionLengthRule: Deno.lint.Rule = {
  create(context) {
    if (isTest(repositoryPath(context.filename))) return {};
    const check = (node: Deno.lint.Node) => {
      const lines = context.sourceCode.getText(node).split("\n").length;
      if (lines > longest) {
        const message = `${lines} lines are too long for a function; at most ${longest}`;
        context.report({ node, message });
      }
    };
    return {
      FunctionDeclaration: check,
      FunctionExpression: check,
      ArrowFunctionExpression: check,
    };
  },
};
