import assert from "node:assert/strict";
import { FakeClock } from "../../../base/fake_clock.ts";
import { silentLogger } from "../../../base/logger.ts";
import { Registry } from "../../../base/metrics.ts";
import { ApiError, type ApiErrorReason } from "../../../kube/api_error.ts";
import { CcmMetrics } from "../ccm_metrics.ts";
import { HubConnection } from "./hub_connection.ts";

class Fixture {
  readonly clock = new FakeClock();
  readonly registry = new Registry();
  /** What the hub answers. */
  answer: ApiErrorReason | "ok" = "ok";
  probes = 0;
  recoveries = 0;
  readonly connection = new HubConnection({
    metrics: new CcmMetrics(this.registry),
    clock: this.clock,
    log: silentLogger,
    probe: () => {
      this.probes++;
      return this.#ask();
    },
  });

  constructor() {
    this.connection.onRecovered(() => this.recoveries++);
  }

  /** One call; resolves to whether it succeeded. */
  call(): Promise<boolean> {
    return this.connection.call("get", () => this.#ask()).then(() => true, () => false);
  }

  #ask(): Promise<string> {
    if (this.answer === "ok") return Promise.resolve("ok");
    const call = { verb: "get", path: "/" };
    return Promise.reject(new ApiError(this.answer, "no", { call }));
  }
}

Deno.test("a hub that does not answer is lost; how long is measured from the first failure", async () => {
  const fixture = new Fixture();
  assert.equal(await fixture.call(), true);
  await fixture.clock.advance(1000);
  fixture.answer = "Unreachable";
  assert.equal(await fixture.call(), false);
  await fixture.clock.advance(3000);
  await fixture.call();
  assert.equal(fixture.connection.lost, true);
  assert.equal(fixture.connection.failingFor, 3000);
});

Deno.test("the first answer brings everyone back, once", async () => {
  const fixture = new Fixture();
  fixture.answer = "Timeout";
  await fixture.call();
  fixture.answer = "ok";
  await fixture.call();
  await fixture.call();
  assert.equal(fixture.connection.lost, false);
  assert.equal(fixture.connection.failingFor, 0);
  assert.equal(fixture.recoveries, 1);
});

Deno.test("an answer about the request is an answer", async () => {
  for (const reason of ["Conflict", "Invalid", "NotFound", "TooManyRequests"] as const) {
    const fixture = new Fixture();
    fixture.answer = "Unreachable";
    await fixture.call();
    fixture.answer = reason;
    assert.equal(await fixture.call(), false);
    assert.equal(fixture.connection.lost, false, reason);
    assert.equal(fixture.recoveries, 1, reason);
  }
});

Deno.test("a hub that answers but cannot be used counts as failing, not as lost", async () => {
  for (const reason of ["ServerError", "Unauthorized", "Forbidden"] as const) {
    const fixture = new Fixture();
    fixture.answer = reason;
    await fixture.call();
    await fixture.clock.advance(500);
    assert.equal(fixture.connection.lost, false, reason);
    assert.equal(fixture.connection.failingFor, 500, reason);
  }
});

Deno.test("while the hub is gone one probe asks for everyone, and stops with it", async () => {
  const fixture = new Fixture();
  const stop = new AbortController();
  const running = fixture.connection.run(stop.signal);
  await fixture.clock.advance(60_000);
  assert.equal(fixture.probes, 1, "only the first, while all is well");

  fixture.answer = "Unreachable";
  await fixture.call();
  await fixture.clock.advance(60_000);
  assert.ok(fixture.probes > 5 && fixture.probes < 30, `${fixture.probes} probes in a minute`);
  fixture.answer = "ok";
  await fixture.clock.advance(10_000);
  assert.equal(fixture.recoveries, 1);
  const probes = fixture.probes;
  await fixture.clock.advance(60_000);
  assert.equal(fixture.probes, probes);
  stop.abort();
  await running;
  assert.equal(fixture.clock.pending, 0);
});

Deno.test("only an outage without a break counts: a failure is followed up by the probe", async () => {
  for (const reason of ["ServerError", "Forbidden", "Unreachable"] as const) {
    const fixture = new Fixture();
    const stop = new AbortController();
    const running = fixture.connection.run(stop.signal);
    fixture.answer = reason;
    await fixture.call();
    fixture.answer = "ok";
    // Nobody else has anything to ask for ten minutes; then one call fails.
    await fixture.clock.advance(600_000);
    assert.equal(fixture.connection.failingFor, 0, reason);
    fixture.answer = reason;
    await fixture.call();
    assert.equal(fixture.connection.failingFor, 0, `${reason} begins anew`);
    await fixture.clock.advance(60_000);
    assert.equal(fixture.connection.failingFor, 60_000, `${reason} goes on`);
    stop.abort();
    await running;
    assert.equal(fixture.clock.pending, 0);
  }
});

Deno.test("calls to the hub are counted and timed by operation", async () => {
  const fixture = new Fixture();
  await fixture.call();
  fixture.answer = "Conflict";
  await fixture.call();
  const text = await fixture.registry.metrics();
  assert.match(text, /operations_total\{operation="get",result="success"\} 1/);
  assert.match(text, /operations_total\{operation="get",result="error"\} 1/);
  assert.match(text, /kubelb_cluster_connected 1/);
});
