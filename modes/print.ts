/**
 * What a program says besides its logs.
 *
 * @module
 */

/** Writes `text` to `stream`. @returns `exitCode`, for the caller to return in turn. */
export function print(stream: typeof Deno.stdout, text: string, exitCode: number): number {
  stream.writeSync(new TextEncoder().encode(text));
  return exitCode;
}
