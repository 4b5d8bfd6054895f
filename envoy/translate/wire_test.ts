import assert from "node:assert/strict";
import { duration } from "./wire.ts";

Deno.test("a duration is rounded to milliseconds and never has a whole second of nanoseconds", () => {
  const table: [seconds: number, expected: ReturnType<typeof duration>][] = [
    [60, { seconds: 60, nanos: 0 }],
    [0.05, { seconds: 0, nanos: 50_000_000 }],
    [1.0000001, { seconds: 1, nanos: 0 }],
    [0.9999, { seconds: 1, nanos: 0 }],
    [3599.9999, { seconds: 3600, nanos: 0 }],
  ];
  for (const [seconds, expected] of table) assert.deepEqual(duration(seconds), expected);
});
