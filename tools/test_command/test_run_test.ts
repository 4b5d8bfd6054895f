import assert from "node:assert/strict";
import { Sandbox } from "../process/sandbox.ts";
import { judge, runTests } from "./test_run.ts";

const files = ["a_test.ts", "b_test.ts"];
const passed = { name: "works", result: "passed" } as const;

Deno.test("passed, failed and skipped tests are counted", () => {
  const outcome = judge(files, { ok: false, output: "works ... ok (1ms)\nboom\n" }, [
    { file: "a_test.ts", ...passed },
    { file: "a_test.ts", name: "needs a node", result: "skipped" },
    { file: "b_test.ts", name: "breaks", result: "failed" },
  ]);
  assert.deepEqual(outcome, {
    passed: 1,
    failed: 1,
    skipped: ["a_test.ts: needs a node"],
    output: "boom",
  });
});

Deno.test("a file without a test is a failure", () => {
  const outcome = judge(files, { ok: true, output: "" }, [{ file: "a_test.ts", ...passed }]);
  assert.equal(outcome.failed, 1);
  assert.match(outcome.output, /b_test.ts contains no test/);
});

Deno.test("tests that a helper declares belong to the one file that is run", async () => {
  await using sandbox = await Sandbox.create("unit");
  await sandbox.write("each.ts", 'export const each = () => Deno.test("one", () => {});');
  await sandbox.write("a_test.ts", 'import { each } from "./each.ts"; each();');
  await sandbox.write("b_test.ts", 'import "./each.ts";');
  const outcome = await runTests(["a_test.ts"], { cwd: sandbox.folder });
  assert.deepEqual([outcome.passed, outcome.failed], [1, 0]);
  const empty = await runTests(["b_test.ts"], { cwd: sandbox.folder });
  assert.deepEqual([empty.passed, empty.failed], [0, 1]);
  assert.match(empty.output, /b_test.ts contains no test/);
});

Deno.test("a run that fails without a failed test is a failure", () => {
  const all = files.map((file) => ({ file, ...passed }));
  assert.equal(judge(files, { ok: false, output: "" }, all).failed, 1);
  assert.equal(judge(files, { ok: false, output: "cannot load" }, []).failed, 1);
});

Deno.test("real files are run and counted", async () => {
  await using sandbox = await Sandbox.create("unit");
  await sandbox.write("a_test.ts", 'Deno.test("one", () => {}); Deno.test("two", () => {});');
  await sandbox.write("b_test.ts", 'Deno.test("three", () => { throw new Error("boom"); });');
  const outcome = await runTests(files, { cwd: sandbox.folder });
  assert.equal(outcome.passed, 2);
  assert.equal(outcome.failed, 1);
  assert.match(outcome.output, /Error: boom/);
});

Deno.test("a file that cannot be loaded is one failure, told in full", async () => {
  await using sandbox = await Sandbox.create("unit");
  await sandbox.write("a_test.ts", 'import "./missing.ts"; Deno.test("one", () => {});');
  const outcome = await runTests(["a_test.ts"], { cwd: sandbox.folder });
  assert.equal(outcome.failed, 1);
  assert.match(outcome.output, /missing\.ts/);
});

Deno.test("examples in docstrings are run, and those that break are found", async () => {
  await using sandbox = await Sandbox.create("unit");
  const example = (code: string) =>
    `/**\n * \`\`\`ts\n * ${code}\n * \`\`\`\n */\nexport const x = 1;`;
  await sandbox.write("good.ts", example("const one: number = 1;"));
  await sandbox.write("bad.ts", example('throw new Error("boom");'));
  const outcome = await runTests(["good.ts", "bad.ts"], { examples: true, cwd: sandbox.folder });
  assert.equal(outcome.passed, 1);
  assert.equal(outcome.failed, 1);
  assert.match(outcome.output, /Error: boom/);
});
