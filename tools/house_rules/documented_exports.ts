/**
 * House rule: what a file exports is documented where it is declared.
 *
 * @module
 */
import { isTest, repositoryPath } from "./source_path.ts";

/** The rule for `deno lint`. The last comment before a declaration has to be a docstring. */
export const documentedExportsRule: Deno.lint.Rule = {
  create(context) {
    if (isTest(repositoryPath(context.filename))) return {};
    const overloaded = new Set<string>();
    const check = (node: Deno.lint.ExportNamedDeclaration | Deno.lint.ExportDefaultDeclaration) => {
      const { declaration } = node;
      if (declaration === null || declaration === undefined) return;
      const name = nameOf(declaration);
      // The implementation after its documented overloads.
      if (overloaded.has(name)) return;
      if (declaration.type === "TSDeclareFunction") overloaded.add(name);
      const comment = context.sourceCode.getCommentsBefore(node).at(-1);
      if (comment?.type === "Block" && comment.value.startsWith("*")) return;
      context.report({ node, message: `${name} is exported and has no docstring` });
    };
    return { ExportNamedDeclaration: check, ExportDefaultDeclaration: check };
  },
};

function nameOf(declaration: Deno.lint.Node): string {
  if (declaration.type === "VariableDeclaration") {
    const { id } = declaration.declarations[0]!;
    return id.type === "Identifier" ? id.name : "this";
  }
  return "id" in declaration && declaration.id?.type === "Identifier"
    ? declaration.id.name
    : "this";
}
