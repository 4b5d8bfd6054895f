/**
 * House rule: `mod.ts` re-exports and does nothing else.
 *
 * @module
 */
import { basename } from "node:path";

/** The rule for `deno lint`. */
export const modReexportsRule: Deno.lint.Rule = {
  create(context) {
    if (basename(context.filename) !== "mod.ts") return {};
    return {
      Program({ body }) {
        for (const node of body) {
          const source = "source" in node ? node.source : null;
          if (node.type.startsWith("Export") && source !== null) continue;
          context.report({ node, message: "mod.ts re-exports and nothing else" });
        }
      },
    };
  },
};
