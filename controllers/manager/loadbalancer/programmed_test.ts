import assert from "node:assert/strict";
import type { Progress } from "../envoy_cp/acknowledgements.ts";
import { isProgrammed, programmedVerdict } from "./programmed.ts";
import { loadBalancerWith } from "./testdata.ts";

const all: Progress = { kind: "programmed", connected: 3, silent: [] };

function verdict(progress: Progress, before?: { status: "True" | "False"; generation: number }) {
  const loadBalancer = loadBalancerWith({});
  if (before) {
    loadBalancer.status = {
      conditions: [{
        type: "Programmed",
        status: before.status,
        observedGeneration: before.generation,
        reason: "x",
        message: "",
        lastTransitionTime: "",
      }],
    };
  }
  return programmedVerdict({ loadBalancer, translated: true, progress, fleetProblem: undefined });
}

Deno.test("programmed is true when all connected Envoys have acknowledged", () => {
  assert.deepEqual(verdict(all), {
    status: "True",
    reason: "Programmed",
    message: "3/3 Envoys have acknowledged",
  });
});

Deno.test("Envoys that were given up are named", () => {
  const message = verdict({ kind: "programmed", connected: 3, silent: ["pod-3"] })?.message;
  assert.equal(message, "2/3 Envoys have acknowledged; no answer from pod-3");
});

Deno.test("an Envoy with several silent streams is named once, with their number", () => {
  const silent = ["pod-1", "pod-2", "pod-1"];
  const message = verdict({ kind: "programmed", connected: 4, silent })?.message;
  assert.equal(message, "1/4 Envoys have acknowledged; no answer from pod-1 ×2, pod-2");
});

Deno.test("once true for a generation it stays when Envoys come and go", () => {
  const before = { status: "True" as const, generation: 3 };
  assert.equal(verdict({ kind: "no-envoy" }, before), undefined);
  assert.equal(verdict({ kind: "waiting", acknowledged: 0, connected: 1 }, before), undefined);
});

Deno.test("a new generation has to be acknowledged anew", () => {
  const before = { status: "True" as const, generation: 2 };
  assert.equal(
    verdict({ kind: "waiting", acknowledged: 0, connected: 1 }, before)?.status,
    "Unknown",
  );
  assert.equal(verdict(all, before)?.status, "True");
});

Deno.test("a refusal is told even when it was programmed before", () => {
  const before = { status: "True" as const, generation: 3 };
  assert.deepEqual(verdict({ kind: "rejected", message: "bad" }, before), {
    status: "False",
    reason: "Rejected",
    message: "bad",
  });
});

Deno.test("no Envoy is unknown, or false when the runtime knows why", () => {
  assert.equal(verdict({ kind: "no-envoy" })?.reason, "NoEnvoy");
  const told = programmedVerdict({
    loadBalancer: loadBalancerWith({}),
    translated: true,
    progress: { kind: "no-envoy" },
    fleetProblem: "the binary is missing",
  });
  assert.deepEqual([told?.status, told?.reason], ["False", "EnvoyUnavailable"]);
});

Deno.test("an object without resources is not programmed by Envoys that hold nothing", () => {
  const told = programmedVerdict({
    loadBalancer: loadBalancerWith({}),
    translated: false,
    progress: all,
    fleetProblem: undefined,
  });
  assert.equal(told?.status, "Unknown");
});

Deno.test("an object is programmed only as long as the condition is about its generation", () => {
  const loadBalancer = loadBalancerWith({});
  assert.equal(isProgrammed(loadBalancer), false);
  const condition = { type: "Programmed", reason: "x", message: "", lastTransitionTime: "" };
  const at = (status: "True" | "False", observedGeneration: number) => ({
    ...loadBalancer,
    status: { conditions: [{ ...condition, status, observedGeneration }] },
  });
  assert.equal(isProgrammed(at("True", 3)), true);
  assert.equal(isProgrammed(at("False", 3)), false);
  assert.equal(isProgrammed(at("True", 2)), false);
});
