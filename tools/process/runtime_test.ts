import assert from "node:assert/strict";
import { parseTask, runtimeOf } from "./runtime.ts";

Deno.test("a task's settings and flags are those before its module", () => {
  assert.deepEqual(
    parseTask("A_B=1 C_=x=y deno run --no-prompt --v8-flags=--a,--b main.ts --mode=ccm"),
    { env: { A_B: "1", C_: "x=y" }, flags: ["--no-prompt", "--v8-flags=--a,--b"] },
  );
  assert.deepEqual(parseTask("deno run main.ts"), { env: {}, flags: [] });
});

Deno.test("a task that does something else is refused", () => {
  assert.throws(() => parseTask("deno run tools/demo.ts"), /not a task that runs main\.ts/);
  assert.throws(() => parseTask("deno test"), /not a task that runs main\.ts/);
});

Deno.test("the CCM may not write files or start programs", () => {
  const { flags } = runtimeOf("ccm");
  assert.ok(flags.includes("--allow-net"));
  assert.ok(!flags.some((flag) => /^--allow-(all|run|write|ffi)/.test(flag)));
});
