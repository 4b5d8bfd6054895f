/**
 * The text of `--help`, made from the definitions so that it cannot be out of date.
 *
 * @module
 */
import { formatDuration } from "./duration.ts";
import { type Flag, type Flags, hint } from "./flags.ts";

const width = 96;
const indent = " ".repeat(6);

/**
 * @param usage what stands before the flags: the command and one sentence about it.
 */
export function flagHelp(usage: string, flags: Flags): string {
  const lines = [usage.trimEnd(), "", "Flags:"];
  for (const [name, flag] of Object.entries(flags)) {
    lines.push(`  --${name}${flag.type === "boolean" ? "" : `=${hint(flag)}`}`);
    lines.push(...wrap(`${flag.description} ${notes(flag)}`));
  }
  lines.push("  --version", ...wrap("Prints the version and ends."));
  lines.push("  --help", ...wrap("Prints this and ends."));
  return lines.join("\n") + "\n";
}

function notes(flag: Flag): string {
  const fallback = `Default ${defaultText(flag)}.`;
  return flag.env === undefined ? fallback : `${fallback} Environment: ${flag.env}.`;
}

function defaultText(flag: Flag): string {
  if (flag.type === "duration") return formatDuration(flag.default);
  if (flag.type === "list") return flag.default.length === 0 ? "none" : flag.default.join(",");
  return flag.default === "" ? "none" : String(flag.default);
}

function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = indent.trimEnd();
  for (const word of text.trim().split(/\s+/)) {
    if (line.length > indent.length && line.length + 1 + word.length > width) {
      lines.push(line);
      line = "";
    }
    line = line.trim() === "" ? indent + word : `${line} ${word}`;
  }
  return [...lines, line];
}
