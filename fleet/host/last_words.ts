/**
 * What a process that ended has left in its logs.
 *
 * @module
 */
import { join } from "node:path";
import { files } from "./envoy_command.ts";

/** Bytes at the end of a log in which the reason is looked for; a backtrace is a few thousand. */
const tailLength = 16_384;

/**
 * The line that most likely says why an Envoy ended: the last one of level `critical` or `error`,
 * leaving out the backtrace but for a fault that it begins with, or the last that has no level, as
 * about arguments. Undefined when it has said nothing of that kind, as before SIGKILL.
 */
export async function lastWords(folder: string): Promise<string | undefined> {
  const texts = await Promise.all(
    [files.log, files.output].map((name) => tail(join(folder, name))),
  );
  return mostTelling(texts.join("\n"));
}

/** Lines about where in its code an Envoy was: they say nothing to an operator. */
const backtrace = /\[backtrace\]|\] #\d+ |stacktrace for/;

/** A signal that is a reason itself; before it aborts, an Envoy says why. */
const fault = /\[backtrace\].*Caught (?!Aborted)/;

/** Lines of a healthy Envoy. */
const harmless = /^\[[^\]]*\]\[\d+\]\[(trace|debug|info|warning)\]/;

/** Picks the line; see {@linkcode lastWords}. */
export function mostTelling(text: string): string | undefined {
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const grave = lines.filter((line) => /\[(critical|error)\]/.test(line));
  const told = grave.findLast((line) => !backtrace.test(line) || fault.test(line)) ??
    grave.findLast((line) => line.includes("Caught "));
  // Nor do time, thread and source position.
  const bare = lines.findLast((line) => !harmless.test(line));
  return (told ?? grave.at(-1) ?? bare)?.replace(/^(\[[^\]]*\]\s*)+/, "");
}

async function tail(path: string): Promise<string> {
  try {
    using file = await Deno.open(path);
    const { size } = await file.stat();
    await file.seek(Math.max(0, size - tailLength), Deno.SeekMode.Start);
    return await new Response(file.readable).text();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
