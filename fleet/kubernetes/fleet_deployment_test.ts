import assert from "node:assert/strict";
import { fleetDeployment, fleetOf } from "./fleet_deployment.ts";
import { options, settings } from "./testdata.ts";

const deployment = fleetDeployment("tenant-acme", settings, options);

Deno.test("name, namespace and labels are upstream's", () => {
  assert.equal(deployment.metadata.name, "envoy-tenant-acme");
  assert.equal(deployment.metadata.namespace, "tenant-acme");
  assert.deepEqual(deployment.metadata.labels, {
    "app.kubernetes.io/name": "kubelb-envoy-proxy",
    "app.kubernetes.io/instance": "tenant-acme",
    "app.kubernetes.io/managed-by": "kubelb",
  });
});

Deno.test("what it selects, its pods carry", () => {
  const { selector, template } = deployment.spec;
  for (const [label, value] of Object.entries(selector.matchLabels)) {
    assert.equal(template.metadata.labels[label], value);
  }
});

Deno.test("a fleet is known by its Deployment, and by no other in its namespace", () => {
  assert.equal(fleetOf(deployment), "tenant-acme");
  const other = { ...deployment, metadata: { ...deployment.metadata, name: "envoy-other" } };
  assert.equal(fleetOf(other), undefined);
});
