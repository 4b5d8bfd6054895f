import assert from "node:assert/strict";
import { crdFiles, crdFolder, staleCrdFiles } from "./generate_crds.ts";

Deno.test("the committed CRDs are current", async () => {
  assert.deepEqual(await staleCrdFiles(crdFolder), []);
});

Deno.test("missing, changed and left-over files are named", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [changed, ...missing] = [...crdFiles().keys()];
    await Deno.writeTextFile(`${folder}/${changed}`, "something else");
    await Deno.writeTextFile(`${folder}/left-over.yaml`, "");
    const expected = [changed!, ...missing, "left-over.yaml"].toSorted();
    assert.deepEqual(await staleCrdFiles(folder), expected);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
