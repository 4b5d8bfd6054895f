/**
 * Whether a program can be started, before it has to be.
 *
 * @module
 */
import { isAbsolute, join } from "node:path";

/**
 * What is wrong with a program that is given by its path, or by a name that is looked for in the
 * folders of `searchPath`. `undefined` when it is there and somebody may execute it.
 */
export async function programProblem(
  program: string,
  searchPath = Deno.env.get("PATH") ?? "",
): Promise<"missing" | "not executable" | undefined> {
  const folders = program.includes("/") ? [] : searchPath.split(":").filter(isAbsolute);
  const candidates = program.includes("/") ? [program] : folders.map((it) => join(it, program));
  let found = false;
  for (const candidate of candidates) {
    const info = await Deno.stat(candidate).catch(() => undefined); // what cannot be seen is not there
    if (!info?.isFile) continue;
    if (((info.mode ?? 0) & 0o111) !== 0) return undefined;
    found = true;
  }
  return found ? "not executable" : "missing";
}
