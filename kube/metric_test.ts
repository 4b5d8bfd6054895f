import assert from "node:assert/strict";
import { Registry } from "../base/metrics.ts";
import { counter, gauge, histogram } from "./metric.ts";

Deno.test("whoever asks for the same name gets the same metric", () => {
  const registry = new Registry();
  const definition = { name: "a_total", help: "A.", labelNames: ["x"] };
  assert.equal(counter(registry, definition), counter(registry, definition));
  const level = { name: "a", help: "A.", labelNames: [] };
  assert.equal(gauge(registry, level), gauge(registry, level));
  const times = { name: "a_seconds", help: "A.", labelNames: [], buckets: [1] };
  assert.equal(histogram(registry, times), histogram(registry, times));
});

Deno.test("registries do not share metrics", () => {
  const definition = { name: "a_total", help: "A.", labelNames: [] };
  assert.notEqual(counter(new Registry(), definition), counter(new Registry(), definition));
});
