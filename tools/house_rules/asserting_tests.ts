/**
 * House rule: a test can fail.
 *
 * @module
 */

import { repositoryPath, topFolder } from "./source_path.ts";

/** Calls that can fail a test: assertions, properties, waiting for a condition, checking helpers. */
const asserting = /\b(assert|expect|eventually|verify|check|golden)\w*\b/i;

/** Against real servers, waiting for what a helper describes is the assertion. */
const waiting = /\bawait\b/;

/** The rule for `deno lint`. A heuristic: it only sees the text of the test itself. */
export const assertingTestsRule: Deno.lint.Rule = {
  create(context) {
    const integration = topFolder(repositoryPath(context.filename)) === "tests";
    return {
      CallExpression(node) {
        const callee = context.sourceCode.getText(node.callee);
        if (!/^Deno\.test(\.only|\.ignore)?$/.test(callee)) return;
        const body = node.arguments.at(-1);
        // A function of another name is not looked into.
        if (body === undefined || body.type === "Identifier") return;
        const text = context.sourceCode.getText(body);
        if (!asserting.test(text) && !(integration && waiting.test(text))) {
          context.report({ node, message: "this test asserts nothing" });
        }
      },
    };
  },
};
