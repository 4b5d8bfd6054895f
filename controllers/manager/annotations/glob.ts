/**
 * Go's `path.Match`, the pattern language of upstream's annotation rules.
 *
 * @module
 */

/**
 * Whether `text` matches `pattern`: `*` and `?` do not cross a `/`, `[a-z]` and `[^a-z]` are
 * classes, `\` takes the next character literally. A malformed pattern matches only itself, as
 * upstream does.
 */
export function matchGlob(pattern: string, text: string): boolean {
  const expression = compiled.get(pattern) ?? remember(pattern);
  return expression === "malformed" ? pattern === text : expression.test(text);
}

// Patterns come from Config and Tenant objects that operators write: few, and asked for often.
const compiled = new Map<string, RegExp | "malformed">();
const rememberedPatterns = 1_000;

function remember(pattern: string): RegExp | "malformed" {
  const expression = compile(pattern);
  if (compiled.size >= rememberedPatterns) compiled.clear();
  compiled.set(pattern, expression);
  return expression;
}

function compile(text: string): RegExp | "malformed" {
  const pattern = [...text]; // code points, as Go's runes
  let source = "";
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!;
    if (character === "*") source += "[^/]*";
    else if (character === "?") source += "[^/]";
    else if (character === "[") {
      const read = readClass(pattern, at);
      if (read === undefined) return "malformed";
      source += read.source;
      at = read.end;
    } else if (character === "\\") {
      at++;
      if (at >= pattern.length) return "malformed";
      source += quote(pattern[at]!);
    } else source += quote(character);
  }
  return new RegExp(`^${source}$`, "su");
}

/** Reads `[…]` that begins at `start`; `end` is the index of its `]`. */
function readClass(
  pattern: readonly string[],
  start: number,
): { source: string; end: number } | undefined {
  let at = start + 1;
  const negated = pattern[at] === "^";
  if (negated) at++;
  let ranges = "";
  while (at < pattern.length && (pattern[at] !== "]" || ranges === "")) {
    const low = readClassCharacter(pattern, at);
    if (low === undefined) return undefined;
    at = low.next;
    let high = low;
    if (pattern[at] === "-") {
      const end = readClassCharacter(pattern, at + 1);
      if (end === undefined) return undefined;
      high = end;
      at = end.next;
    }
    // Go accepts a range that is the wrong way round; it matches nothing.
    if (low.value <= high.value) ranges += `${quote(low.value)}-${quote(high.value)}`;
    else ranges += quote("\0");
  }
  if (pattern[at] !== "]" || ranges === "") return undefined;
  // Unlike `*` and `?`, a class of Go's path.Match may match the separator.
  return { source: `[${negated ? "^" : ""}${ranges}]`, end: at };
}

function readClassCharacter(
  pattern: readonly string[],
  at: number,
): { value: string; next: number } | undefined {
  const character = pattern[at];
  if (character === undefined || character === "-" || character === "]") return undefined;
  if (character !== "\\") return { value: character, next: at + 1 };
  const escaped = pattern[at + 1];
  return escaped === undefined ? undefined : { value: escaped, next: at + 2 };
}

/** Spelled by code point: with the `u` flag only some characters may be escaped by a backslash. */
function quote(character: string): string {
  return `\\u{${character.codePointAt(0)!.toString(16)}}`;
}
