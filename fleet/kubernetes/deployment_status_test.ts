import assert from "node:assert/strict";
import type { Deployment } from "../../apis/apps/v1.ts";
import { deploymentStatus } from "./deployment_status.ts";
import { fleetDeployment } from "./fleet_deployment.ts";
import { options, settings } from "./testdata.ts";

function withStatus(status: NonNullable<Deployment["status"]>): Deployment {
  return { ...fleetDeployment("tenant-acme", settings, options), status };
}

Deno.test("a fleet runs as soon as one of its pods is ready", () => {
  assert.equal(deploymentStatus(undefined, true, undefined).state, "starting");
  assert.equal(deploymentStatus(withStatus({ replicas: 2 }), true, undefined).state, "starting");
  assert.equal(
    deploymentStatus(withStatus({ readyReplicas: 1 }), true, undefined).state,
    "running",
  );
});

Deno.test("why no pod comes up is told: the cluster refuses it, or it takes too long", () => {
  for (
    const condition of [
      { type: "ReplicaFailure", status: "True", message: "exceeded quota" },
      { type: "Progressing", status: "False", message: "exceeded quota" },
    ] as const
  ) {
    const status = deploymentStatus(withStatus({ conditions: [condition] }), true, undefined);
    assert.equal(status.state, "failed");
    assert.match(status.message ?? "", /Deployment tenant-acme\/envoy-tenant-acme: exceeded quota/);
  }
});

Deno.test("objects that cannot be written are a failure only while nothing runs", () => {
  assert.deepEqual(deploymentStatus(undefined, true, "forbidden"), {
    state: "failed",
    message: "forbidden",
  });
  const running = withStatus({ readyReplicas: 1 });
  assert.deepEqual(deploymentStatus(running, true, "forbidden"), {
    state: "running",
    message: "forbidden",
  });
});

Deno.test("what nobody wants is stopping until it is gone", () => {
  assert.equal(deploymentStatus(withStatus({}), false, undefined).state, "stopping");
  assert.equal(deploymentStatus(undefined, false, undefined).state, "stopped");
});
