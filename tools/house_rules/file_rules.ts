/**
 * House rules that look at files as a whole: names, lengths, neighbours, words.
 *
 * @module
 */
import { basename, dirname } from "node:path";
import { isTest, topFolder } from "./source_path.ts";

/** A file of the repository. */
export interface SourceFile {
  /** Relative to the root. */
  readonly path: string;
  readonly text: string;
}

/** Lines; past this a file usually holds two concepts. */
const longest = { code: 300, test: 500 };

const snakeCase = /^[a-z0-9]+(_[a-z0-9]+)*$/;

/** Words that belong to one machine or one provider, and what to do about them. */
const forbiddenWords: readonly (readonly [RegExp, string])[] = [
  // The user of distroless images is everybody's.
  [/\/(?:home\/(?!nonroot\b)|root\/|work\/)[\w.]/, "a path of one machine"],
  [
    /registry\.npmjs|npmjs\.(?:org|com)|jsr\.io|pypi\.org|proxy\.golang/,
    "a package registry's host",
  ],
  [/\bjsr:/, "a package of another registry than npm"],
];

/** What the rules say about each file, as `path: message`. */
export function fileViolations(files: readonly SourceFile[]): string[] {
  const paths = new Set(files.map(({ path }) => path));
  return files.flatMap((file) => {
    const messages = [...nameViolations(file, paths), ...textViolations(file)];
    return messages.map((message) => `${file.path}: ${message}`);
  });
}

function* nameViolations({ path }: SourceFile, paths: ReadonlySet<string>): Generator<string> {
  if (!path.endsWith(".ts")) return;
  const parts = path.replace(/\.ts$/, "").split("/");
  for (const part of parts) {
    if (!snakeCase.test(part)) yield `${part} is not snake_case`;
  }
  // Tests of several parts together stand apart from any one of them.
  if (isTest(path) && topFolder(path) !== "tests" && !hasSubject(path, paths)) {
    yield `no file beside it is what it tests`;
  }
}

/** `work_queue_property_test.ts` tests `work_queue.ts`, or the folder `work_queue`. */
function hasSubject(test: string, paths: ReadonlySet<string>): boolean {
  const words = basename(test, "_test.ts").split("_");
  for (let count = words.length; count > 0; count--) {
    const subject = `${dirname(test)}/${words.slice(0, count).join("_")}`;
    if (paths.has(`${subject}.ts`)) return true;
    if ([...paths].some((path) => path.startsWith(`${subject}/`))) return true;
  }
  return false;
}

function* textViolations({ path, text }: SourceFile): Generator<string> {
  const lines = text.split("\n");
  const limit = isTest(path) ? longest.test : longest.code;
  if (path.endsWith(".ts") && lines.length - 1 > limit) {
    yield `${lines.length - 1} lines; at most ${limit}`;
  }
  for (const [index, line] of lines.entries()) {
    for (const [pattern, what] of forbiddenWords) {
      if (pattern.test(line)) yield `line ${index + 1} names ${what}`;
    }
  }
}
