import assert from "node:assert/strict";
import { FakeClock } from "../../base/fake_clock.ts";
import { createLogger } from "../../base/logger.ts";
import { Registry } from "../../base/metrics.ts";
import { typeUrls } from "../proto/mod.ts";
import { SessionReporter } from "./session_reporter.ts";
import type { Answer } from "./type_stream.ts";
import type { RejectedEvent } from "./xds_events.ts";
import { XdsMetrics } from "./xds_metrics.ts";

function start() {
  const clock = new FakeClock();
  const lines: string[] = [];
  const rejected: RejectedEvent[] = [];
  const context = {
    clock,
    log: createLogger({ write: (line) => lines.push(JSON.parse(line).message) }),
    metrics: new XdsMetrics(new Registry()),
    observer: { onRejected: (event: RejectedEvent) => rejected.push(event) },
  };
  const identity = { stream: 1, fleet: "a", node: { id: "a", cluster: "" } };
  const reporter = new SessionReporter(context, identity, "delta");
  const refuse = (version: string, message: string) => {
    const resources = new Map([["web", version]]);
    const response = { nonce: "1", resources, removed: [] };
    const answer: Answer = { kind: "refused", response, message };
    reporter.answered(typeUrls.listener, answer, resources);
  };
  return { clock, lines, rejected, refuse };
}

Deno.test("what is refused again and again is logged once an hour, and told each time", async () => {
  const { clock, lines, rejected, refuse } = start();
  for (let minutes = 0; minutes < 60; minutes += 5) {
    refuse("1", "address in use");
    await clock.advance(5 * 60_000);
  }
  assert.equal(lines.length, 1);
  assert.equal(rejected.length, 12);
  refuse("1", "address in use");
  assert.equal(lines.length, 2);
});

Deno.test("other content and other words are logged at once", () => {
  const { lines, refuse } = start();
  refuse("1", "address in use");
  refuse("2", "address in use");
  refuse("2", "too ugly");
  assert.equal(lines.length, 3);
});
