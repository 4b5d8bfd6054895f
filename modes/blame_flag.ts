/**
 * Errors that say which flag to change.
 *
 * @module
 */

/**
 * Does what a flag's value asks for.
 *
 * @param flag its name, without dashes.
 * @throws Error that begins with the flag; the cause is what `work` threw.
 */
export async function blameFlag<T>(flag: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new Error(`--${flag}`, { cause });
  }
}
