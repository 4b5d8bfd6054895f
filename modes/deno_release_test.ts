import assert from "node:assert/strict";
import { judgeDenoRelease } from "./deno_release.ts";

const verdicts = {
  "2.9.3": "good",
  "2.9.4": "unusable",
  "2.9.8": "unusable",
  "2.9.8-rc.1+abcdef": "unusable",
  "2.7.4": "unusable",
  "1.46.3": "unusable",
  "2.7.14": "untested",
  "2.10.0": "untested",
  "3.0.0": "untested",
} as const;

for (const [version, kind] of Object.entries(verdicts)) {
  Deno.test(`Deno ${version} is ${kind}`, () => {
    const verdict = judgeDenoRelease(version);
    assert.equal(verdict.kind, kind);
    if ("message" in verdict) assert.match(verdict.message, /Deno 2\.9\.3/);
  });
}

Deno.test("the release that runs these tests is the one that is known to be good", () => {
  assert.deepEqual(judgeDenoRelease(Deno.version.deno), { kind: "good" });
});
