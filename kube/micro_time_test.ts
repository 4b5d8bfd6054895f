import assert from "node:assert/strict";
import { microTime } from "./micro_time.ts";

Deno.test("times have six digits after the second", () => {
  assert.equal(microTime(Date.UTC(2026, 0, 1, 2, 3, 4, 5)), "2026-01-01T02:03:04.005000Z");
});
