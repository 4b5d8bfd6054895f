import assert from "node:assert/strict";
import { capture } from "../../binaries/capture.ts";
import { firstProblem } from "./probe.ts";

const runScript = (script: string) => capture("sh", ["-ec", script]);

Deno.test("the first probe that fails is told, with its last words", async () => {
  const probes = [
    { what: "arithmetic", script: "test 1 = 1" },
    { what: "miracles", script: "echo trying; echo none today >&2; false" },
    { what: "patience", script: "false" },
  ];
  assert.equal(await firstProblem(probes, runScript), "no miracles: none today");
  assert.equal(await firstProblem(probes.slice(2), runScript), "no patience: no word why");
});

Deno.test("where every probe succeeds there is no problem", async () => {
  const probes = [{ what: "arithmetic", script: "test 1 = 1" }];
  assert.equal(await firstProblem(probes, runScript), undefined);
});
