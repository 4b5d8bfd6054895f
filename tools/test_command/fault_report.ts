/**
 * The table of faults that integration tests have injected and survived.
 *
 * @module
 */
import { join } from "node:path";

/** Names the folder in which test files leave their rows, as `<name>.tsv`. */
export const faultTableVariable = "KUBELB_FAULT_TABLE";

const head = ["subject", "fault", "times", "recovered in"];

/** Reads what the test files left in `folder`; no lines when they left nothing. */
export async function faultReport(folder: string): Promise<string[]> {
  const rows: string[][] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".tsv")) continue;
    const text = await Deno.readTextFile(join(folder, name));
    rows.push(...text.trimEnd().split("\n").map((line) => line.split("\t")));
  }
  if (rows.length === 0) return [];
  rows.sort((left, right) => left[0]! < right[0]! ? -1 : left[0]! > right[0]! ? 1 : 0);
  return ["faults injected and survived:", ...aligned([head, ...rows])];
}

/** Cells in columns of equal width. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const pad = (cell: string, column: number) => cell.padEnd(widths[column] ?? 0);
  return rows.map((row) => `  ${row.map(pad).join("  ")}`.trimEnd());
}
