import assert from "node:assert/strict";
import { Counter, createRegistry, durationBuckets } from "./metrics.ts";

Deno.test("a registry reports the process and what is registered with it", async () => {
  const registry = createRegistry();
  const counter = new Counter({
    name: "kubelb_test_total",
    help: "A test.",
    registers: [registry],
  });
  counter.inc(3);
  const text = await registry.metrics();
  assert.match(text, /^kubelb_test_total 3$/m);
  assert.match(text, /^process_resident_memory_bytes \d+/m);
});

Deno.test("registries are independent, so that two programs can live in one process", async () => {
  const first = createRegistry();
  const second = createRegistry();
  new Counter({ name: "kubelb_only_first_total", help: "A test.", registers: [first] });
  assert.match(await first.metrics(), /kubelb_only_first_total/);
  assert.doesNotMatch(await second.metrics(), /kubelb_only_first_total/);
});

Deno.test("buckets of durations rise", () => {
  assert.deepEqual([...durationBuckets].sort((a, b) => a - b), durationBuckets);
});
