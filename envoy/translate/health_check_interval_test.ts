import assert from "node:assert/strict";
import fc from "fast-check";
import { healthCheckInterval, maximumChecksPerSecond } from "./health_check_interval.ts";

Deno.test("few endpoints are checked every five seconds", () => {
  for (const endpoints of [0, 1, 999, 1000]) assert.equal(healthCheckInterval(endpoints), 5);
});

Deno.test("the interval doubles with every doubling of the endpoints", () => {
  assert.equal(healthCheckInterval(1001), 10);
  assert.equal(healthCheckInterval(2000), 10);
  assert.equal(healthCheckInterval(2001), 20);
  assert.equal(healthCheckInterval(50_000), 320);
});

Deno.test("no number of endpoints leads to more checks than an Envoy may send", () => {
  fc.assert(fc.property(fc.nat(1_000_000), (endpoints) => {
    const perSecond = endpoints / healthCheckInterval(endpoints);
    assert(perSecond <= maximumChecksPerSecond);
    // Nor is the interval longer than it has to be.
    assert(healthCheckInterval(endpoints) === 5 || perSecond > maximumChecksPerSecond / 2);
  }));
});
