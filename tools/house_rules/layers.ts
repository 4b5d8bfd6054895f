/**
 * House rule: layers are imported downwards only.
 *
 * @module
 */
import { importedPath, isSupport, repositoryPath, topFolder } from "./source_path.ts";

/** From the top down. Folders in one row do not know each other. */
const layers: readonly (readonly string[])[] = [
  ["main.ts"],
  ["modes"],
  ["controllers"],
  ["fleet"],
  ["gateway", "envoy", "kube"],
  ["apis"],
  ["base"],
];

/** Why `file` must not import `imported` (both relative to the root); undefined if it may. */
export function layerViolation(file: string, imported: string): string | undefined {
  if (isSupport(file)) return undefined;
  if (isSupport(imported)) return `nothing imports ${topFolder(imported)}/`;
  const [from, to] = [topFolder(file), topFolder(imported)];
  if (from === to) return undefined;
  const [above, below] = [rank(from), rank(to)];
  if (above < 0) return `${from} belongs to no layer`;
  if (below < 0) return `${to} belongs to no layer`;
  if (above < below) return undefined;
  return above === below
    ? `${from}/ and ${to}/ do not know each other`
    : `${to}/ is above ${from}/`;
}

function rank(folder: string): number {
  return layers.findIndex((row) => row.includes(folder));
}

/** The rule for `deno lint`. */
export const layersRule: Deno.lint.Rule = {
  create(context) {
    const file = repositoryPath(context.filename);
    const check = (node: Deno.lint.Node, source: Deno.lint.Node | null | undefined) => {
      if (source?.type !== "Literal" || typeof source.value !== "string") return;
      // Data, such as the version in deno.json, is nobody's layer.
      if (!source.value.endsWith(".ts")) return;
      const imported = importedPath(file, source.value);
      const message = imported === undefined ? undefined : layerViolation(file, imported);
      if (message !== undefined) context.report({ node, message });
    };
    return {
      ImportDeclaration: (node) => check(node, node.source),
      ImportExpression: (node) => check(node, node.source),
      ExportAllDeclaration: (node) => check(node, node.source),
      ExportNamedDeclaration: (node) => check(node, node.source),
    };
  },
};
