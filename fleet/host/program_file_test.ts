import assert from "node:assert/strict";
import { programProblem } from "./program_file.ts";

Deno.test("a program is found by its path and by its name", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/envoy`;
    const searchPath = `/nowhere:relative:${folder}`;
    assert.equal(await programProblem(path), "missing");
    assert.equal(await programProblem("envoy", searchPath), "missing");
    assert.equal(await programProblem(folder), "missing", "a folder is no program");

    await Deno.writeTextFile(path, "", { mode: 0o644 });
    assert.equal(await programProblem(path), "not executable");
    assert.equal(await programProblem("envoy", searchPath), "not executable");

    await Deno.chmod(path, 0o755);
    assert.equal(await programProblem(path), undefined);
    assert.equal(await programProblem("envoy", searchPath), undefined);
    assert.equal(await programProblem("envoy", ""), "missing");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
