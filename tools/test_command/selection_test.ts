import assert from "node:assert/strict";
import { emptyPaths, isAskedFor, isSelected, parseSelection, type Selection } from "./selection.ts";

const known = ["format", "unit"];

Deno.test("without arguments everything is selected", () => {
  const selection = parseSelection([], known) as Selection;
  assert.deepEqual(selection, { stages: [], paths: [], strict: false });
  assert.equal(isSelected("kube/client_test.ts", selection), true);
});

Deno.test("stages are named by --only, files by their paths", () => {
  const selection = parseSelection(["--only=unit", "--strict", "./kube/"], known) as Selection;
  assert.deepEqual(selection, { stages: ["unit"], paths: ["kube"], strict: true });
  assert.equal(isSelected("kube/client_test.ts", selection), true);
  assert.equal(isSelected("kubernetes_test.ts", selection), false);
});

Deno.test("a path without a test is found, whatever others hold", () => {
  const selection = parseSelection(["kube", "kub", "kube/client_test.ts"], known) as Selection;
  assert.deepEqual(emptyPaths(["kube/client_test.ts"], selection), ["kub"]);
});

Deno.test("a stage is asked for by its name, or by a path in its folder", () => {
  const asked = (...args: string[]) =>
    isAskedFor("unit", "tests/unit", parseSelection(args, known) as Selection);
  assert.equal(asked(), false);
  assert.equal(asked("tests"), false, "all tests that can run");
  assert.equal(asked("--only=unit"), true);
  assert.equal(asked("tests/unit/"), true);
  assert.equal(asked("tests/unit/a_test.ts"), true);
});

Deno.test("unknown flags and stages are refused by name", () => {
  assert.throws(() => parseSelection(["--fast"], known), /unknown flag --fast/);
  assert.throws(() => parseSelection(["--only=all"], known), /unknown stage all; there are format/);
});

Deno.test("help is asked for", () => {
  assert.equal(parseSelection(["--help"], known), "help");
});
