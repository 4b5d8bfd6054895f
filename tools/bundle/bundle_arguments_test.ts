import assert from "node:assert/strict";
import { parseBundleArguments } from "./bundle_arguments.ts";

Deno.test("the bundle goes to dist, or to the folder that is named", () => {
  assert.deepEqual(parseBundleArguments([]), { folder: "dist" });
  assert.deepEqual(parseBundleArguments(["/opt/kubelb"]), { folder: "/opt/kubelb" });
});

Deno.test("a question for help makes no folder", () => {
  assert.equal(parseBundleArguments(["--help"]), "help");
  assert.equal(parseBundleArguments(["folder", "-h"]), "help");
});

Deno.test("what is no folder is named, with the usage", () => {
  assert.throws(() => parseBundleArguments(["--hlep"]), /unknown flag --hlep[^]*Usage: deno task/);
  assert.throws(() => parseBundleArguments(["a", "b"]), /one folder is enough: a b[^]*Usage:/);
  assert.throws(() => parseBundleArguments([""]), /empty/);
});
