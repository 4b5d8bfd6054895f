/**
 * Command line flags in Go's style, typed: the definitions decide the type of the result.
 *
 * @module
 */
import { parseDuration } from "./duration.ts";
import { nearest } from "./nearest.ts";

interface FlagBase {
  /** One or two sentences for `--help`. */
  readonly description: string;
  /** The environment variable that is read when the flag is absent. */
  readonly env?: string;
}

/** One flag: its type, its default and what it means. */
export type Flag = FlagBase & FlagKind;

type FlagKind =
  | { readonly type: "string"; readonly default: string }
  | { readonly type: "boolean"; readonly default: boolean }
  | { readonly type: "integer"; readonly default: number; readonly min?: number }
  /** Written as `5m`, read as milliseconds. */
  | { readonly type: "duration"; readonly default: number }
  /** Comma-separated, and the flag may be repeated. */
  | { readonly type: "list"; readonly default: readonly string[] }
  | { readonly type: "enum"; readonly default: string; readonly values: readonly string[] };

/** All flags of a mode by name, without the dashes, in the order of `--help`. */
export type Flags = Readonly<Record<string, Flag>>;

/** The value of a flag as its type says. */
export type FlagValue<F extends Flag> = F extends { type: "boolean" } ? boolean
  : F extends { type: "integer" | "duration" } ? number
  : F extends { type: "list" } ? readonly string[]
  : F extends { type: "enum"; values: readonly (infer V)[] } ? V
  : string;

/** The values of all flags, by name. */
export type FlagValues<S extends Flags> = { readonly [K in keyof S]: FlagValue<S[K]> };

/** What the command line asked for. */
export type ParsedFlags<S extends Flags> =
  | { readonly kind: "values"; readonly values: FlagValues<S> }
  | { readonly kind: "help" }
  | { readonly kind: "version" };

/** A command line that cannot be followed; the message says which flag and what to write. */
export class FlagError extends Error {
  override readonly name = "FlagError";
}

/** Keeps the literal types of the definitions: `defineFlags({...})` instead of `as const`. */
export function defineFlags<const S extends Flags>(flags: S): S {
  return flags;
}

/**
 * Reads a command line: `--name=value`, `--name value`, `--switch`, `--switch=false`, and each of
 * them with one dash. The last of several wins; a list collects. Then the environment, then the
 * default.
 *
 * @throws {FlagError} for an unknown flag, a value of the wrong type, or an argument that is no flag.
 *
 * @example
 * ```ts
 * import { defineFlags, parseFlags } from "./flags.ts";
 * const flags = defineFlags({
 *   "cluster-name": { type: "string", default: "", description: "The tenant." },
 * });
 * const parsed = parseFlags(flags, ["--cluster-name=acme"]);
 * console.assert(parsed.kind === "values" && parsed.values["cluster-name"] === "acme");
 * ```
 */
export function parseFlags<const S extends Flags>(
  flags: S,
  args: readonly string[],
  env: (name: string) => string | undefined = () => undefined,
): ParsedFlags<S> {
  const given = new Map<string, unknown>();
  for (let index = 0; index < args.length; index++) {
    const { name, value: inline } = splitArgument(args[index]!);
    const question = questions.get(name);
    if (question !== undefined) {
      if (convert(asSwitch, inline ?? "true", `--${name}`)) return { kind: question };
      continue;
    }
    const flag = lookUp(flags, name);
    const text = inline ?? (flag.type === "boolean" ? "true" : args[++index]);
    if (text === undefined) throw new FlagError(`--${name} needs a value: --${name}=${hint(flag)}`);
    const value = convert(flag, text, `--${name}`);
    const before = given.get(name);
    given.set(name, Array.isArray(value) && Array.isArray(before) ? [...before, ...value] : value);
  }
  const values: Record<string, unknown> = {};
  for (const [name, flag] of Object.entries(flags)) {
    values[name] = given.has(name) ? given.get(name) : fallback(flag, env);
  }
  // Each value was converted by the type of its own definition, which is what FlagValues says.
  return { kind: "values", values: values as FlagValues<S> };
}

/** Answered instead of running, whatever else the command line says after them. */
const questions: ReadonlyMap<string, "help" | "version"> = new Map([
  ["help", "help"],
  ["h", "help"],
  ["version", "version"],
]);

const asSwitch: Flag = { type: "boolean", default: false, description: "" };

function splitArgument(argument: string): { name: string; value: string | undefined } {
  const match = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(argument);
  if (match === null) {
    throw new FlagError(`unexpected argument ${JSON.stringify(argument)}: only flags are read`);
  }
  return { name: match[1]!, value: match[2] };
}

function lookUp(flags: Flags, name: string): Flag {
  const flag = Object.hasOwn(flags, name) ? flags[name] : undefined;
  if (flag !== undefined) return flag;
  const near = nearest(name, Object.keys(flags));
  const suggestion = near === undefined ? "" : `; did you mean --${near}?`;
  throw new FlagError(`unknown flag --${name}${suggestion}`);
}

function fallback(flag: Flag, env: (name: string) => string | undefined): unknown {
  const text = flag.env === undefined ? undefined : env(flag.env);
  return text ? convert(flag, text, `environment variable ${flag.env}`) : flag.default;
}

function convert(flag: Flag, text: string, source: string): unknown {
  const value = read(flag, text);
  if (value !== undefined) return value;
  throw new FlagError(`${source}: ${JSON.stringify(text)} is not valid, write ${hint(flag)}`);
}

function read(flag: Flag, text: string): unknown {
  switch (flag.type) {
    case "string":
      return text;
    case "boolean":
      return ({ true: true, "1": true, false: false, "0": false } as Record<string, boolean>)[text];
    case "integer":
      return /^-?\d{1,15}$/.test(text) && Number(text) >= (flag.min ?? -Infinity)
        ? Number(text)
        : undefined;
    case "duration":
      return parseDuration(text);
    case "list":
      return text.split(",").map((item) => item.trim()).filter((item) => item !== "");
    case "enum":
      return flag.values.find((value) => value === text);
  }
}

/** What a value looks like: for errors and for `--help`. */
export function hint(flag: Flag): string {
  switch (flag.type) {
    case "string":
      return "<text>";
    case "boolean":
      return "true|false";
    case "integer":
      return flag.min === undefined ? "<number>" : `<number, ${flag.min} or more>`;
    case "duration":
      return "<duration, as 30s or 5m>";
    case "list":
      return "<a,b,…>";
    case "enum":
      return flag.values.join("|");
  }
}
