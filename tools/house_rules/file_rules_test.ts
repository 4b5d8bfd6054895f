import assert from "node:assert/strict";
import { fileViolations, type SourceFile } from "./file_rules.ts";

function file(path: string, text = ""): SourceFile {
  return { path, text };
}

Deno.test("names are snake_case, folders' too", () => {
  assert.deepEqual(fileViolations([file("kube/workQueue.ts"), file("Kube/queue.ts")]), [
    "kube/workQueue.ts: workQueue is not snake_case",
    "Kube/queue.ts: Kube is not snake_case",
  ]);
  assert.deepEqual(fileViolations([file("apis/v1alpha1/mod.ts")]), []);
});

Deno.test("a test stands beside what it tests", () => {
  const queue = file("kube/work_queue.ts");
  assert.deepEqual(fileViolations([queue, file("kube/work_queue_test.ts")]), []);
  assert.deepEqual(fileViolations([queue, file("kube/work_queue_property_test.ts")]), []);
  assert.deepEqual(fileViolations([queue, file("kube/work_test.ts")]), [
    "kube/work_test.ts: no file beside it is what it tests",
  ]);
  assert.deepEqual(fileViolations([file("tests/manager/restart_test.ts")]), []);
});

Deno.test("files are at most 300 lines, tests at most 500", () => {
  const lines = (count: number) => "x\n".repeat(count);
  assert.deepEqual(fileViolations([file("kube/a.ts", lines(300))]), []);
  assert.deepEqual(fileViolations([file("kube/a.ts", lines(301))]), [
    "kube/a.ts: 301 lines; at most 300",
  ]);
  assert.deepEqual(fileViolations([file("tests/a_test.ts", lines(500))]), []);
});

Deno.test("paths of one machine and registry hosts are not named", () => {
  const paths = ["ho", "ro", "wo"].map((start, index) => `/${start}${["me", "ot", "rk"][index]}/x`);
  for (const path of paths) {
    assert.deepEqual(fileViolations([file("README.md", `see\n${path}`)]), [
      "README.md: line 2 names a path of one machine",
    ]);
  }
  const host = ["registry", "npmjs", "org"].join(".");
  assert.deepEqual(fileViolations([file("README.md", host)]), [
    "README.md: line 1 names a package registry's host",
  ]);
});
