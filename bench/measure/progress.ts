/**
 * What a benchmark says while it runs: standard output is for its table alone.
 *
 * @module
 */

/** Writes a line of progress. */
export function report(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`  ${line}\n`));
}
