import assert from "node:assert/strict";
import { checkFlag, checkServerFlags, logFlags } from "./common_flags.ts";
import { FlagError, parseFlags } from "./flags.ts";

Deno.test("an address that cannot be listened on is refused by the name of its flag", () => {
  checkServerFlags({ "metrics-addr": ":9443", "health-probe-bind-address": "0" });
  assert.throws(
    () => checkServerFlags({ "metrics-addr": "nonsense", "health-probe-bind-address": "0" }),
    (error: unknown) => error instanceof FlagError && /^--metrics-addr: /.test(error.message),
  );
});

Deno.test("what a check says is said of its flag", () => {
  const fail = () => {
    throw new Error("too small");
  };
  assert.throws(() => checkFlag("port-range", fail), /^FlagError: --port-range: too small/);
});

Deno.test("logs are JSON lines from info on unless told otherwise", () => {
  const parsed = parseFlags(logFlags, []);
  assert.ok(parsed.kind === "values");
  assert.deepEqual(parsed.values, { "log-level": "info", "log-format": "json" });
});
