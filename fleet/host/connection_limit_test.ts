import assert from "node:assert/strict";
import { connectionLimit } from "./connection_limit.ts";

Deno.test("half of the file descriptors that are left serve connections", () => {
  const line = (limit: string) =>
    `Max open files            ${limit}                20000     files\n`;
  assert.equal(connectionLimit(line("20000")), 9_500);
  assert.equal(connectionLimit(line("1024")), 100);
  assert.equal(connectionLimit(line("unlimited")), 1_000_000);
});

Deno.test("this process has a limit", () => {
  assert(connectionLimit() >= 100);
});
