/**
 * Rows of text as a Markdown table with aligned columns.
 *
 * @example
 * ```ts
 * import { renderTable } from "./table.ts";
 * const text = renderTable(["figure", "ours"], [["start", "0.4 s"]]);
 * console.assert(text === "| figure | ours  |\n| ------ | ----- |\n| start  | 0.4 s |\n");
 * ```
 */
export function renderTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => (row[column] ?? "").length))
  );
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (cells[column] ?? "").padEnd(width)).join(" | ")} |\n`;
  return [headings, widths.map((width) => "-".repeat(width)), ...rows].map(line).join("");
}
