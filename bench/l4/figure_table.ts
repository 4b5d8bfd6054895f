/**
 * The table of figures that a benchmark prints.
 *
 * @module
 */
import { renderTable } from "../measure/table.ts";
import type { Row } from "./row.ts";

/**
 * Collects rows, and tells each as it comes: a benchmark takes long, and may not get to its end.
 *
 * @example
 * ```ts
 * import { FigureTable } from "./figure_table.ts";
 * const table = new FigureTable(console.error);
 * table.add({ figure: "start → ready", upstream: "0.2 s", aim: "≤ 1 s", ours: "0.4 s" });
 * console.log(table.toString());
 * ```
 */
export class FigureTable {
  readonly #rows: Row[] = [];

  /** @param report is told each row. */
  constructor(private readonly report: (line: string) => void) {}

  /** Appends rows. */
  add(...rows: readonly Row[]): void {
    for (const row of rows) {
      this.report(`${row.figure}: ${row.ours}`);
      this.#rows.push(row);
    }
  }

  /** As Markdown. */
  toString(): string {
    const cells = this.#rows.map((
      { figure, upstream, aim, ours },
    ) => [figure, upstream, aim, ours]);
    return renderTable(["Figure", "upstream", "aim", "ours"], cells);
  }
}
