import assert from "node:assert/strict";
import type { LoadBalancer } from "../../../apis/kubelb/v1alpha1/mod.ts";
import type { Progress } from "../envoy_cp/acknowledgements.ts";
import { accepted, type Verdict } from "./load_balancer_status.ts";
import { isProgrammed, programmedVerdict } from "./programmed.ts";
import { tenantNotFound } from "./tenant_absence.ts";
import { loadBalancerWith } from "./testdata.ts";
import { tooManyPorts } from "./too_many_ports.ts";

const healthy = {
  acceptance: accepted,
  translated: true,
  fleetProblem: undefined,
  paused: false,
};

const all: Progress = { kind: "programmed", connected: 3, silent: [] };

/** One of generation 3 that says so since `generation`. */
function saying(status: "True" | "False", generation: number): LoadBalancer {
  const said = { type: "Programmed", reason: "x", message: "", lastTransitionTime: "" };
  const conditions = [{ ...said, status, observedGeneration: generation }];
  return { ...loadBalancerWith({}), status: { conditions } };
}

function verdict(progress: Progress, loadBalancer = loadBalancerWith({})) {
  return programmedVerdict({ ...healthy, loadBalancer, progress });
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

Deno.test("who waits while others drain is told so", () => {
  const progress: Progress = { kind: "waiting", acknowledged: 0, connected: 1 };
  const loadBalancer = loadBalancerWith({});
  const told = programmedVerdict({ ...healthy, loadBalancer, progress, paused: true });
  assert.match(
    told?.message ?? "",
    /^0\/1 Envoys have acknowledged; new and changed listeners wait .*LimitNOFILE/,
  );
});

Deno.test("once true for a generation it stays when Envoys come and go", () => {
  const before = saying("True", 3);
  assert.equal(verdict({ kind: "no-envoy" }, before), undefined);
  assert.equal(verdict({ kind: "waiting", acknowledged: 0, connected: 1 }, before), undefined);
});

Deno.test("a new generation has to be acknowledged anew", () => {
  const before = saying("True", 2);
  assert.equal(
    verdict({ kind: "waiting", acknowledged: 0, connected: 1 }, before)?.status,
    "Unknown",
  );
  assert.equal(verdict(all, before)?.status, "True");
});

Deno.test("a refusal is told even when it was programmed before", () => {
  assert.deepEqual(verdict({ kind: "rejected", message: "bad" }, saying("True", 3)), {
    status: "False",
    reason: "Rejected",
    message: "bad",
  });
});

Deno.test("where nothing is served nothing is programmed any more, with the same reason", () => {
  const loadBalancer = saying("True", 3);
  const told = (acceptance: Verdict) =>
    programmedVerdict({ ...healthy, loadBalancer, acceptance, progress: all });
  const refused = [tooManyPorts("3 listeners more than there can be"), tenantNotFound("tenant-a")];
  for (const acceptance of refused) assert.deepEqual(told(acceptance), acceptance);
  const invalid = { status: "False" as const, reason: "Invalid", message: "spec.ports is empty" };
  assert.equal(told(invalid), undefined, "the last good configuration stays");
});

Deno.test("a generation that is not accepted is not programmed, whatever Envoys hold of the last", () => {
  const acceptance = {
    status: "False" as const,
    reason: "Invalid",
    message: "spec.ports is empty",
  };
  for (const translated of [true, false]) {
    for (const progress of [all, { kind: "no-envoy" } as const]) {
      const loadBalancer = saying("True", 2);
      const told = programmedVerdict({
        ...healthy,
        loadBalancer,
        acceptance,
        translated,
        progress,
      });
      assert.deepEqual(told, acceptance);
    }
  }
});

Deno.test("no Envoy is unknown, or false when the runtime knows why", () => {
  assert.equal(verdict({ kind: "no-envoy" })?.reason, "NoEnvoy");
  const told = programmedVerdict({
    ...healthy,
    loadBalancer: loadBalancerWith({}),
    progress: { kind: "no-envoy" },
    fleetProblem: "the binary is missing",
  });
  assert.deepEqual([told?.status, told?.reason], ["False", "EnvoyUnavailable"]);
});

Deno.test("an object without resources is not programmed by Envoys that hold nothing", () => {
  const told = programmedVerdict({
    ...healthy,
    loadBalancer: loadBalancerWith({}),
    translated: false,
    progress: all,
  });
  assert.equal(told?.status, "Unknown");
});

Deno.test("an object is programmed only as long as the condition is about its generation", () => {
  assert.equal(isProgrammed(loadBalancerWith({})), false);
  assert.equal(isProgrammed(saying("True", 3)), true);
  assert.equal(isProgrammed(saying("False", 3)), false);
  assert.equal(isProgrammed(saying("True", 2)), false);
});
