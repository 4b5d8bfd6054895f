import assert from "node:assert/strict";
import { join } from "node:path";
import plugin from "./plugin.ts";
import { root } from "./source_path.ts";

/** What the rules say about `source`, as `rule: message`. */
function lint(path: string, source: string): string[] {
  const found = Deno.lint.runPlugin(plugin, join(root, path), source);
  return found.map(({ id, message }) => `${id.replace("house/", "")}: ${message}`);
}

Deno.test("layers are imported downwards only", () => {
  const imported = (path: string) => `import { x } from "${path}";`;
  assert.deepEqual(lint("kube/a.ts", imported("../base/clock.ts")), []);
  assert.deepEqual(lint("kube/deep/a.ts", imported("../client.ts")), []);
  assert.deepEqual(lint("kube/a.ts", imported("prom-client")), []);
  assert.deepEqual(lint("kube/a.ts", imported("../controllers/b.ts")), [
    "layers: controllers/ is above kube/",
  ]);
  assert.deepEqual(lint("kube/a.ts", imported("../envoy/b.ts")), [
    "layers: kube/ and envoy/ do not know each other",
  ]);
  assert.deepEqual(lint("kube/a.ts", imported("../tests/harness/mod.ts")), [
    "layers: nothing imports tests/",
  ]);
  assert.deepEqual(lint("kube/a.ts", 'export * from "../modes/manager.ts";'), [
    "layers: modes/ is above kube/",
  ]);
  assert.deepEqual(lint("tools/a.ts", imported("../modes/b.ts")), []);
  assert.deepEqual(lint("modes/version.ts", imported("../deno.json")), []);
});

Deno.test("functions have at most 60 lines, except in tests", () => {
  const long = `function f() {\n${"  g();\n".repeat(59)}}\n`;
  const message = "function-length: 61 lines are too long for a function; at most 60";
  assert.deepEqual(lint("kube/a.ts", long), [message]);
  assert.deepEqual(lint("kube/a_test.ts", long), []);
  assert.deepEqual(lint("kube/a.ts", long.replace("  g();\n", "")), []);
});

Deno.test("exports have docstrings", () => {
  assert.deepEqual(lint("kube/a.ts", "export const a = 1;"), [
    "documented-exports: a is exported and has no docstring",
  ]);
  assert.deepEqual(lint("kube/a.ts", "// Not one.\nexport function f() {}"), [
    "documented-exports: f is exported and has no docstring",
  ]);
  assert.deepEqual(lint("kube/a.ts", "/** One. */\nexport class C {}"), []);
  assert.deepEqual(lint("kube/a.ts", 'export { a } from "./b.ts";'), []);
  const overloads = "/** F. */\nexport function f(a: 1): 1;\nexport function f(a: 2) {}";
  assert.deepEqual(lint("kube/a.ts", overloads), []);
});

Deno.test("time and chance are for base/ only", () => {
  assert.deepEqual(lint("kube/a.ts", "Date.now();"), [
    "passed-in: Date.now is only for base/; take a Clock or Random",
  ]);
  assert.deepEqual(lint("kube/a.ts", "new Date();"), [
    "passed-in: new Date() is only for base/; take a Clock",
  ]);
  assert.deepEqual(lint("kube/a.ts", "new Date(time);"), []);
  assert.deepEqual(lint("base/clock.ts", "Date.now();"), []);
  assert.deepEqual(lint("bench/a.ts", "performance.now();"), []);
  assert.deepEqual(lint("kube/a_test.ts", "performance.now();"), []);
  assert.equal(lint("tests/a_test.ts", "globalThis.setTimeout(f, 1);").length, 1);
});

Deno.test("a test without assertion is found", () => {
  assert.deepEqual(lint("kube/a_test.ts", 'Deno.test("x", () => { run(); });'), [
    "asserting-tests: this test asserts nothing",
  ]);
  assert.deepEqual(lint("kube/a_test.ts", 'Deno.test("x", () => assert.equal(1, 1));'), []);
  assert.deepEqual(lint("kube/a_test.ts", 'Deno.test("x", () => eventually(f));'), []);
  const waits = 'Deno.test("x", async () => { await answers(); });';
  assert.equal(lint("kube/a_test.ts", waits).length, 1);
  assert.deepEqual(lint("tests/a_test.ts", waits), []);
});

Deno.test("mod.ts only re-exports", () => {
  assert.deepEqual(lint("kube/mod.ts", 'export * from "./a.ts";\nexport { b } from "./b.ts";'), []);
  assert.deepEqual(lint("kube/mod.ts", "/** A. */\nexport const a = 1;"), [
    "mod-reexports: mod.ts re-exports and nothing else",
  ]);
});

Deno.test("who silences the linter says why", () => {
  const silenced = "deno-lint-ignore no-explicit-any";
  assert.deepEqual(lint("kube/a.ts", `// ${silenced}\nf();`), [
    `explained-ignores: say why, after --: ${silenced}`,
  ]);
  assert.deepEqual(lint("kube/a.ts", `// ${silenced} -- the library has no types\nf();`), []);
});
