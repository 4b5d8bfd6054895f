/** The documents say which test proves what; here is checked that those tests exist. */
import assert from "node:assert/strict";

const document = new URL("../../docs/xds-conformance.md", import.meta.url);

/** `[title](../path/of_test.ts)` */
const reference = /\[([^\]]+)\]\((\.\.\/[^)]+_test\.ts)\)/g;

Deno.test("every test that the documents name exists", async () => {
  const text = (await Deno.readTextFile(document)).replaceAll(/\s+/g, " ");
  const references = [...text.matchAll(reference)];
  assert.ok(references.length > 100, `${references.length} references`);
  const missing: string[] = [];
  for (const [_, title, path] of references) {
    const source = await Deno.readTextFile(new URL(path!, document));
    // A title may begin with what differs between its variants, and stands in quotes.
    if (!['"', "`"].some((quote) => source.includes(title! + quote))) {
      missing.push(`${path}: ${title}`);
    }
  }
  assert.deepEqual(missing, []);
});
