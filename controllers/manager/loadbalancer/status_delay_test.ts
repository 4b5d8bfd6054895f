import assert from "node:assert/strict";
import type { LoadBalancerStatus } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { FakeClock } from "../../../base/fake_clock.ts";
import type { Progress } from "../envoy_cp/acknowledgements.ts";
import { StatusDelay } from "./status_delay.ts";
import { loadBalancerWith } from "./testdata.ts";

const waiting: Progress = { kind: "waiting", acknowledged: 0, connected: 1 };
const programmed: Progress = { kind: "programmed", connected: 1, silent: [] };

function statusWith(accepted: boolean, address?: string): LoadBalancerStatus {
  const condition = (type: string, holds: boolean, reason: string) => ({
    type,
    status: holds ? "True" as const : "False" as const,
    reason,
    message: "",
    lastTransitionTime: "",
  });
  return {
    conditions: [
      condition("Accepted", accepted, accepted ? "Accepted" : "Invalid"),
      condition("AddressAssigned", address !== undefined, address ? "Assigned" : "Pending"),
    ],
    loadBalancer: { ingress: address ? [{ ip: address }] : [] },
  };
}

const served = statusWith(true, "192.0.2.1");

function remaining(
  before: LoadBalancerStatus | undefined,
  after: LoadBalancerStatus,
  progress: Progress,
) {
  const clock = new FakeClock();
  const delay = new StatusDelay(clock);
  const loadBalancer = loadBalancerWith({});
  if (before) loadBalancer.status = before;
  return { clock, ask: () => delay.remaining("k", loadBalancer, after, progress) };
}

Deno.test("a new address waits ten milliseconds for Envoy, and no longer", async () => {
  const { clock, ask } = remaining(undefined, served, waiting);
  assert.equal(ask(), 10);
  await clock.advance(4);
  assert.equal(ask(), 6);
  await clock.advance(6);
  assert.equal(ask(), 0);
});

Deno.test("what Envoy has acknowledged is told at once", () => {
  assert.equal(remaining(undefined, served, programmed).ask(), 0);
  assert.equal(remaining(undefined, served, { kind: "no-envoy" }).ask(), 0);
});

Deno.test("a change behind the same address can wait a little longer", () => {
  assert.equal(remaining(served, served, waiting).ask(), 100);
});

Deno.test("a lost address is told when it does not come back within a second", async () => {
  const { clock, ask } = remaining(served, statusWith(true), waiting);
  assert.equal(ask(), 1_000);
  await clock.advance(1_000);
  assert.equal(ask(), 0);
  assert.equal(remaining(statusWith(true), statusWith(true), waiting).ask(), 0);
});

Deno.test("the very first status waits for the address, a bad object does not", () => {
  assert.equal(remaining(undefined, statusWith(true), waiting).ask(), 1_000);
  assert.equal(remaining(undefined, statusWith(false), waiting).ask(), 0);
});

Deno.test("once programmed, a status waits for no acknowledgement", () => {
  const condition = {
    type: "Programmed",
    status: "True" as const,
    observedGeneration: loadBalancerWith({}).metadata.generation!,
    reason: "Programmed",
    message: "",
    lastTransitionTime: "",
  };
  const before = { ...served, conditions: [...served.conditions!, condition] };
  assert.equal(remaining(before, served, waiting).ask(), 0);
});
