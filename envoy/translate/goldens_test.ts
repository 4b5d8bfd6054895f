import assert from "node:assert/strict";
import { goldenFolder, renderGolden } from "./testing/golden_file.ts";

for (
  const { name } of [...Deno.readDirSync(goldenFolder)].sort((a, b) => a.name < b.name ? -1 : 1)
) {
  Deno.test(`goldens/${name} is what translation yields (else: deno task goldens)`, () => {
    const text = Deno.readTextFileSync(new URL(name, goldenFolder));
    assert.equal(text, renderGolden(text));
  });
}
