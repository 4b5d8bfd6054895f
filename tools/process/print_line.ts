/**
 * Output of the commands in `tools/`, meant for people.
 *
 * @module
 */

const encoder = new TextEncoder();

/** Writes one line to standard output, at once and whole. */
export function printLine(line: string): void {
  const bytes = encoder.encode(`${line}\n`);
  for (let written = 0; written < bytes.length;) {
    written += Deno.stdout.writeSync(bytes.subarray(written));
  }
}
