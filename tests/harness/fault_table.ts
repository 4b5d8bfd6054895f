/**
 * What faults a test run has injected and survived.
 *
 * @module
 */
import { join } from "node:path";
import { printLine } from "../../tools/process/print_line.ts";
import { faultTableVariable } from "../../tools/test_command/fault_report.ts";

/** Rows of one test file, written after its last test. A row is added when its test has held. */
export class FaultTable {
  readonly #rows: string[] = [];

  private constructor(private readonly name: string) {}

  /** Call it at the top level of a test file; `name` is unique among files. */
  static ofFile(name: string): FaultTable {
    const table = new FaultTable(name);
    Deno.test.afterAll(() => table.#write());
    return table;
  }

  /**
   * @param times how often the fault was injected, counted by who injected it.
   * @param recovery milliseconds from the end of the fault to full recovery.
   */
  survived(fault: string, times: number, recovery: number): void {
    if (times < 1) throw new Error(`the fault "${fault}" was never injected`);
    const cells = [this.name, fault, String(times), `${Math.round(recovery)} ms`];
    this.#rows.push(cells.join("\t"));
  }

  async #write(): Promise<void> {
    const folder = Deno.env.get(faultTableVariable);
    const text = this.#rows.join("\n") + "\n";
    if (folder !== undefined) await Deno.writeTextFile(join(folder, `${this.name}.tsv`), text);
    else this.#rows.forEach(printLine);
  }
}
