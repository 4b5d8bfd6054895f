import assert from "node:assert/strict";
import { sourceRanges } from "./source_ranges.ts";

function texts(cidrs: string[]): string[] {
  return sourceRanges(cidrs).map(({ text }) => text);
}

Deno.test("ranges that mean the same are one, whatever their host bits", () => {
  assert.deepEqual(texts(["10.1.2.3/8", "10.0.0.0/8", " 10.9.9.9/8 "]), ["10.0.0.0/8"]);
  assert.deepEqual(texts(["2001:DB8::1/32"]), ["2001:db8::/32"]);
});

Deno.test("the order in which ranges are given changes nothing", () => {
  const ranges = ["192.168.0.0/16", "10.0.0.0/8", "172.16.0.0/12"];
  assert.deepEqual(texts(ranges), texts(ranges.toReversed()));
});

Deno.test("the whole address space is a range", () => {
  assert.deepEqual(texts(["0.0.0.0/0", "::/0"]), ["0.0.0.0/0", "::/0"]);
});

Deno.test("what is no CIDR is refused", () => {
  for (const bad of ["10.0.0.0", "10.0.0.0/33", "example.com/8", ""]) {
    assert.throws(() => sourceRanges([bad]), Error, bad);
  }
});
