/**
 * House rule: time and chance are passed in (`Clock`, `Random`), so that tests decide about them.
 *
 * @module
 */
import { isSupport, isTest, repositoryPath, topFolder } from "./source_path.ts";

/** Timers need an owner who disposes of them: `Clock.timer`. */
const timers = new Set(["setTimeout", "setInterval"]);

/** Reading the world: in the program only in `base/`; tests, tools and benchmarks may. */
const readings = new Set(["Date.now", "Math.random", "performance.now"]);

/** The rule for `deno lint`. */
export const passedInRule: Deno.lint.Rule = {
  create(context) {
    const file = repositoryPath(context.filename);
    if (topFolder(file) === "base") return {};
    const mayRead = isSupport(file) || isTest(file);
    const forbidden = mayRead ? timers : timers.union(readings);
    return {
      CallExpression(node) {
        const callee = context.sourceCode.getText(node.callee).replace(/^globalThis\./, "");
        if (forbidden.has(callee)) {
          context.report({ node, message: `${callee} is only for base/; take a Clock or Random` });
        }
      },
      NewExpression(node) {
        const callee = context.sourceCode.getText(node.callee);
        if (callee === "Date" && node.arguments.length === 0 && !mayRead) {
          context.report({ node, message: "new Date() is only for base/; take a Clock" });
        }
      },
    };
  },
};
