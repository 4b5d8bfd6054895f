import assert from "node:assert/strict";
import { FakeClock } from "../../../base/fake_clock.ts";
import { createLogger } from "../../../base/logger.ts";
import { Registry } from "../../../base/metrics.ts";
import { ApiError, type ApiErrorReason } from "../../../kube/api_error.ts";
import { CcmMetrics, type HubOperation } from "../ccm_metrics.ts";
import { HubConnection } from "./hub_connection.ts";

class Fixture {
  readonly clock = new FakeClock();
  readonly registry = new Registry();
  /** What the hub answers. */
  answer: ApiErrorReason | "ok" = "ok";
  /** What it answers to whoever wants to create something, if that differs. */
  createAnswer: ApiErrorReason | "ok" | undefined;
  readonly lines: string[] = [];
  probes = 0;
  recoveries = 0;
  readonly connection = new HubConnection({
    metrics: new CcmMetrics(this.registry),
    clock: this.clock,
    log: createLogger({
      clock: this.clock,
      write: (line) => this.lines.push(JSON.parse(line).message),
    }),
    namespace: "tenant-acme",
    source: "/etc/hub.kubeconfig",
    probe: {
      read: () => {
        this.probes++;
        return this.#ask(this.answer);
      },
      create: () => this.#ask(this.createAnswer ?? this.answer),
    },
  });

  constructor() {
    this.connection.onRecovered(() => this.recoveries++);
  }

  /** One call; resolves to whether it succeeded. */
  call(operation: HubOperation = "get"): Promise<boolean> {
    const answer = operation === "get" ? this.answer : this.createAnswer ?? this.answer;
    return this.connection.call(operation, () => this.#ask(answer)).then(() => true, () => false);
  }

  #ask(answer: ApiErrorReason | "ok"): Promise<string> {
    if (answer === "ok") return Promise.resolve("ok");
    const call = { verb: "get", path: "/" };
    return Promise.reject(new ApiError(answer, "no", { call }));
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
  for (const reason of ["ServerError", "Forbidden", "ResourceMissing"] as const) {
    const fixture = new Fixture();
    fixture.answer = reason;
    await fixture.call("update");
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

Deno.test("a hub that refuses us says why, once a minute, until it has us again", async () => {
  const fixture = new Fixture();
  const stop = new AbortController();
  const running = fixture.connection.run(stop.signal);
  fixture.answer = "Unauthorized";
  await fixture.call("update");
  assert.equal(fixture.connection.lost, true);
  assert.match(fixture.connection.refusal!, /does not accept the credential in \/etc\/hub\.kube/);
  await fixture.clock.advance(59_000);
  assert.equal(fixture.lines.length, 1);
  assert.match(await fixture.registry.metrics(), /kubelb_cluster_connected 0/);
  fixture.answer = "ok";
  await fixture.clock.advance(10_000);
  assert.equal(fixture.connection.refusal, undefined);
  assert.equal(fixture.recoveries, 1);
  assert.equal(fixture.lines.at(-1), "the hub answers again");
  stop.abort();
  await running;
});

Deno.test("a namespace that can be read but takes nothing new is not taken for a hub that is back", async () => {
  const fixture = new Fixture();
  const stop = new AbortController();
  const running = fixture.connection.run(stop.signal);
  fixture.createAnswer = "NamespaceGone";
  await fixture.call("update");
  await fixture.clock.advance(59_000);
  assert.equal(fixture.connection.lost, true);
  assert.equal(fixture.recoveries, 0);
  assert.deepEqual(fixture.lines.length, 1);
  fixture.createAnswer = "ok";
  await fixture.clock.advance(10_000);
  assert.equal(fixture.connection.lost, false);
  assert.equal(fixture.recoveries, 1);
  stop.abort();
  await running;
});

Deno.test("others can wait until the hub was asked once, whatever it says", async () => {
  for (const answer of ["ok", "Forbidden", "Unreachable"] as const) {
    const fixture = new Fixture();
    fixture.answer = answer;
    const stop = new AbortController();
    const running = fixture.connection.run(stop.signal);
    await fixture.connection.asked;
    assert.equal(fixture.connection.lost, answer !== "ok");
    stop.abort();
    await running;
  }
});
