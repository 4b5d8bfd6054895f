import assert from "node:assert/strict";
import { parseMode } from "./mode.ts";

Deno.test("the mode is read in both spellings and taken out of the arguments", () => {
  const args = ["--namespace=kubelb"];
  assert.deepEqual(parseMode(["--mode=manager", ...args]), { mode: "manager", args });
  assert.deepEqual(parseMode(["--mode", "ccm", ...args]), { mode: "ccm", args });
});

Deno.test("help of a mode is left to the mode", () => {
  assert.deepEqual(parseMode(["--help", "--mode=ccm"]), { mode: "ccm", args: ["--help"] });
});

Deno.test("without a mode, help and version are answered and everything else is an error", () => {
  const help = parseMode(["--help"]);
  assert.ok(help.mode === "text" && help.exitCode === 0 && help.text.includes("--mode=manager"));
  const version = parseMode(["--version"]);
  assert.ok(version.mode === "text" && version.exitCode === 0);
  assert.match(version.text, /^kubelb \d+\.\d+\.\d+ \(deno /);
  const more = parseMode(["--help", "extra"]);
  assert.deepEqual(more, help);
  const nothing = parseMode([]);
  assert.ok(nothing.mode === "text" && nothing.exitCode === 2);
  assert.match(nothing.text, /--mode is missing/);
});

Deno.test("an unknown mode is named in the error", () => {
  for (const args of [["--mode=proxy"], ["--mode", "proxy"], ["--mode"]]) {
    const choice = parseMode(args);
    assert.ok(choice.mode === "text" && choice.exitCode === 2);
    assert.match(choice.text, /unknown mode/);
  }
});

Deno.test("a mode that is written as a command is understood, and corrected", () => {
  for (const args of [["manager", "--debug"], ["--ccm"], ["ccm"]]) {
    const choice = parseMode(args);
    assert.ok(choice.mode === "text" && choice.exitCode === 2);
    assert.match(choice.text, /did you mean --mode=(manager|ccm)\?/, args.join(" "));
  }
});
