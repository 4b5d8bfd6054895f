/**
 * Structured logs, one line an event, to standard error.
 *
 * @module
 */
import { type Clock, systemClock } from "./clock.ts";
import { describeError } from "./errors.ts";

/** From the most to the least talkative. */
export const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

/** How a line looks: `json` for machines, `text` (logfmt) for people. */
export const logFormats = ["json", "text"] as const;
export type LogFormat = (typeof logFormats)[number];

/** Values beside the message. An `Error` is written as its message and causes. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes log lines; {@linkcode Logger.with} adds fields to every line that follows. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds `fields` to each of its lines. */
  with(fields: LogFields): Logger;
}

/** What {@linkcode createLogger} needs; every field has a default. */
export interface LoggerOptions {
  /** Lines below this level are dropped. Default `info`. */
  readonly level?: LogLevel;
  /** Default `json`. */
  readonly format?: LogFormat;
  readonly clock?: Clock;
  /** Where finished lines go. Default standard error. */
  readonly write?: (line: string) => void;
}

/** A logger that drops everything, for tests that do not look at logs. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  with: () => silentLogger,
};

/**
 * Makes the logger that the whole program shares.
 *
 * @example
 * ```ts
 * import { createLogger } from "./logger.ts";
 * const log = createLogger({ format: "text" }).with({ controller: "tenant" });
 * log.info("reconciled", { tenant: "acme" });
 * ```
 */
export function createLogger(options: LoggerOptions = {}): Logger {
  const { level = "info", format = "json", clock = systemClock, write = writeToStderr } = options;
  const threshold = logLevels.indexOf(level);
  const render = format === "json" ? renderJson : renderText;

  const make = (inherited: LogFields): Logger => {
    const at = (lineLevel: LogLevel) => (message: string, fields: LogFields = {}) => {
      if (logLevels.indexOf(lineLevel) < threshold) return;
      const time = new Date(clock.now()).toISOString();
      write(render({ time, level: lineLevel, message, ...inherited, ...fields }));
    };
    return {
      debug: at("debug"),
      info: at("info"),
      warn: at("warn"),
      error: at("error"),
      with: (fields) => make({ ...inherited, ...fields }),
    };
  };
  return make({});
}

const encoder = new TextEncoder();

function writeToStderr(line: string): void {
  // Synchronous on purpose: the last line before a crash is the one that matters.
  Deno.stderr.writeSync(encoder.encode(line + "\n"));
}

function renderJson(fields: LogFields): string {
  return JSON.stringify(fields, (_key, value) => plain(value));
}

function renderText(fields: LogFields): string {
  const { time, level, message, ...rest } = fields;
  const tail = Object.entries(rest).map(([key, value]) => `${key}=${renderValue(value)}`);
  const words = String(message).replaceAll(lineBreaks, " ");
  return [time, String(level).toUpperCase().padEnd(5), words, ...tail].join(" ");
}

/** A message may quote Envoy or a tenant, who must not be able to begin a line of their own. */
const lineBreaks = /\s*[\r\n\u2028\u2029]\s*/g;

function renderValue(value: unknown): string {
  const simple = plain(value);
  const text = typeof simple === "object" ? JSON.stringify(simple) : String(simple);
  return /[\s="]/.test(text) ? JSON.stringify(text) : text;
}

/** What JSON cannot express is turned into something readable. */
function plain(value: unknown): unknown {
  if (value instanceof Error) return describeError(value);
  if (typeof value === "bigint") return value.toString();
  return value;
}
