import assert from "node:assert/strict";
import { ItemBackoff } from "./item_backoff.ts";

Deno.test("each failure of a key doubles its delay, from 5 ms to 5 minutes", () => {
  const backoff = new ItemBackoff();
  const delays = Array.from({ length: 18 }, () => backoff.next("a"));
  assert.deepEqual(delays.slice(0, 4), [5, 10, 20, 40]);
  assert.deepEqual(delays.slice(-3), [163_840, 300_000, 300_000]);
});

Deno.test("two thousand failures do not overflow", () => {
  const backoff = new ItemBackoff();
  for (let i = 0; i < 2000; i++) backoff.next("a");
  assert.equal(backoff.next("a"), 300_000);
});

Deno.test("keys fail independently, and forgetting starts anew", () => {
  const backoff = new ItemBackoff();
  backoff.next("a");
  backoff.next("a");
  assert.equal(backoff.next("b"), 5);
  assert.equal(backoff.failures("a"), 2);
  backoff.forget("a");
  assert.equal(backoff.failures("a"), 0);
  assert.equal(backoff.next("a"), 5);
});
