import assert from "node:assert/strict";
import fc from "fast-check";
import { durationPattern, parseDuration } from "./duration.ts";

Deno.test("durations mean what they mean in Go", () => {
  const table: [string, number | undefined][] = [
    ["0", 0],
    ["5s", 5_000],
    ["1m30s", 90_000],
    ["1.5s", 1_500],
    [".5h", 1_800_000],
    ["1.h", 3_600_000],
    ["100ms", 100],
    ["250us", 0.25],
    ["250µs", 0.25],
    ["-2s", -2_000],
    ["+2s", 2_000],
    ["", undefined],
    ["5", undefined],
    ["s", undefined],
    [".s", undefined],
    ["5 s", undefined],
    ["5d", undefined],
    ["1s2", undefined],
    ["--1s", undefined],
  ];
  for (const [text, expected] of table) assert.equal(parseDuration(text), expected, text);
});

Deno.test("whatever a CRD's pattern lets pass is a duration", () => {
  const durations = fc.stringMatching(new RegExp(durationPattern));
  fc.assert(fc.property(durations, (text) => {
    const parsed = parseDuration(text);
    assert(parsed !== undefined && parsed >= 0, text);
  }));
});

Deno.test("a text as long as the API lets an annotation be is read at once", () => {
  // Two ways to divide digits would be tried for each of them: half a minute for this text.
  const began = performance.now();
  assert.equal(parseDuration("1".repeat(256 << 10)), undefined);
  assert.equal(parseDuration("1".repeat(256 << 10) + "."), undefined);
  const taken = performance.now() - began;
  assert(taken < 1_000, `${taken} ms`);
});
