/**
 * Which resources of a refused response a client complains about.
 *
 * @module
 */

/**
 * Those of `names` that the client's message mentions. Envoy names the clusters and listeners that it
 * could not take: `Error adding/updating listener(s) tenant-a/web/TCP/80: …`.
 */
export function guiltyNames(message: string, names: readonly string[]): readonly string[] {
  return names.filter((name) => mentions(message, name));
}

/** As a whole word: one name may begin with another, as `…/TCP/8080` does with `…/TCP/80`. */
function mentions(message: string, name: string): boolean {
  if (name === "") return false;
  for (let at = message.indexOf(name); at >= 0; at = message.indexOf(name, at + 1)) {
    const before = message[at - 1] ?? " ";
    const after = message[at + name.length] ?? " ";
    if (!/[\w/.-]/.test(before) && !/[\w/-]/.test(after)) return true;
  }
  return false;
}
