import assert from "node:assert/strict";
import fc from "fast-check";
import { formatDuration, parseDuration } from "./duration.ts";

Deno.test("durations are read as Go writes them", () => {
  const table: Record<string, number | undefined> = {
    "300ms": 300,
    "5m": 300_000,
    "1h30m": 5_400_000,
    "1.5s": 1_500,
    "0": 0,
    "5": undefined,
    "": undefined,
    "m5": undefined,
    "5 m": undefined,
    "-5m": undefined,
  };
  for (const [text, expected] of Object.entries(table)) {
    assert.equal(parseDuration(text), expected, text);
  }
});

Deno.test("what is formatted reads back as the same duration", () => {
  fc.assert(fc.property(fc.nat(1_000_000_000), (milliseconds) => {
    assert.equal(parseDuration(formatDuration(milliseconds)), milliseconds);
  }));
});
