/**
 * What is done to a module after `deno bundle` has written it.
 *
 * @module
 */

/** Modules that stay outside a bundled module: its own specifiers, and the files that hold them. */
export type Redirections = Readonly<Record<string, string>>;

/**
 * Makes dynamic imports load other files of the bundle by `require`, and the text ASCII.
 *
 * Deno parses whatever an `import()` with a constant specifier names before it runs the first line,
 * and keeps what the parser used: 45 MB for the manager, 100 MB for `@kubernetes/client-node`. What
 * `require` loads is read when it is asked for, and by V8 only. And V8 keeps a module's text, with
 * two bytes for each character as soon as one is beyond Latin-1.
 *
 * @throws Error when the module does not import each of the redirected specifiers exactly once.
 */
export function finishModule(code: string, redirections: Redirections): string {
  let finished = code;
  for (const [specifier, file] of Object.entries(redirections)) {
    const parts = finished.split(`import(${JSON.stringify(specifier)})`);
    if (parts.length !== 2) {
      throw new Error(`${parts.length - 1} imports of ${specifier} in a bundled module, not one`);
    }
    finished = parts.join(`require(${JSON.stringify(file)})`);
  }
  return toAscii(finished);
}

/**
 * Escapes work in strings, templates, regular expressions and names alike; in comments they do no harm.
 * A backslash before such a character means nothing, and would take the escape's own away.
 */
function toAscii(code: string): string {
  return code.replace(
    /(\\*)([^\p{ASCII}])/gv,
    (_, backslashes: string, character: string) =>
      backslashes.slice(backslashes.length % 2) + escapesOf(character),
  );
}

function escapesOf(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`,
  ).join("");
}
