import assert from "node:assert/strict";
import fc from "fast-check";
import { finishModule } from "./finish_module.ts";

Deno.test("a dynamic import of another file of the bundle becomes a require", () => {
  assert.equal(
    finishModule('const { a } = await import("./a.ts");', { "./a.ts": "./a.cjs" }),
    'const { a } = await require("./a.cjs");',
  );
});

Deno.test("a redirected import that is missing or there twice is an error", () => {
  const redirections = { "./a.ts": "./a.cjs" };
  assert.throws(() => finishModule("", redirections), /^Error: 0 imports of \.\/a\.ts/);
  const twice = 'import("./a.ts"); import("./a.ts")';
  assert.throws(() => finishModule(twice, redirections), /^Error: 2 imports of \.\/a\.ts/);
});

Deno.test("any text in a string is the same text in ASCII", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const finished = finishModule(JSON.stringify(text), {});
    assert.match(finished, /^\p{ASCII}*$/u);
    assert.equal(JSON.parse(finished), text);
  }));
});

Deno.test("a backslash before a character that is not ASCII means nothing, two are one", () => {
  assert.equal(finishModule(String.raw`"\é"`, {}), String.raw`"\u00e9"`);
  assert.equal(finishModule(String.raw`"\\é"`, {}), String.raw`"\\\u00e9"`);
  assert.equal(finishModule(String.raw`/[\–]/`, {}), String.raw`/[\u2013]/`);
});
