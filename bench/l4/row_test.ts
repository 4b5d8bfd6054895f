import assert from "node:assert/strict";
import { formatBytes, formatMilliseconds } from "./row.ts";

Deno.test("durations and sizes are printed with the digits that mean something", () => {
  assert.deepEqual(
    [4.26, 42.4, 1234, 54_321].map(formatMilliseconds),
    ["4.3 ms", "42 ms", "1.23 s", "54.3 s"],
  );
  assert.deepEqual([234, 139_000, 1_260_000].map(formatBytes), ["234 B", "139 kB", "1.26 MB"]);
});
