/**
 * Reads what `deno test --junit-path` writes.
 *
 * @module
 */

/** One test or step. */
export interface TestCase {
  /** Path of the file as Deno gives it, without a leading `./`. */
  readonly file: string;
  readonly name: string;
  readonly result: "passed" | "failed" | "skipped";
}

const element =
  /<testcase name="([^"]*)" classname="([^"]*)"[^>]*?(?:\/>|>([\s\S]*?)<\/testcase>)/g;

const entities: Record<string, string> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
  "&amp;": "&",
};

/**
 * The tests of a report. Only this one writer's form is understood: attributes are escaped, and the
 * text inside an element has no literal `<`.
 */
export function parseJunitReport(xml: string): TestCase[] {
  return [...xml.matchAll(element)].map(([, name = "", file = "", body = ""]) => ({
    file: unescape(file).replace(/^\.\//, ""),
    name: unescape(name),
    result: resultOf(body),
  }));
}

function resultOf(body: string): TestCase["result"] {
  if (/<(failure|error)\b/.test(body)) return "failed";
  return /<skipped\b/.test(body) ? "skipped" : "passed";
}

function unescape(text: string): string {
  return text.replaceAll(/&(?:lt|gt|quot|apos|amp);/g, (entity) => entities[entity] ?? entity);
}
