import assert from "node:assert/strict";
import type { KubeObject } from "../../apis/meta/v1.ts";
import { ownedButUndesired, slimManagedFields } from "./owned_fields.ts";

const manager = "kubelb-ccm";
const fieldsV1 = {
  "f:metadata": {
    "f:annotations": { "f:kept": {}, "f:removed": {} },
    "f:finalizers": { 'v:"kubelb.k8c.io/cleanup"': {} },
  },
  "f:spec": { ".": {}, "f:ports": {}, "f:sourceRanges": {} },
};

function object(): KubeObject {
  return {
    apiVersion: "kubelb.k8c.io/v1alpha1",
    kind: "LoadBalancer",
    metadata: {
      name: "a",
      managedFields: [
        { manager: "kubectl-edit", operation: "Update", fieldsV1: { "f:spec": { "f:type": {} } } },
        { manager, operation: "Apply", time: "2026-01-01T00:00:00Z", fieldsV1 },
        { manager: "kubelb", operation: "Update", subresource: "status", fieldsV1: {} },
      ],
    },
  };
}

const desired = {
  metadata: { annotations: { kept: "x" }, finalizers: ["kubelb.k8c.io/cleanup"] },
  spec: { ports: [] },
};

Deno.test("what we own and do not want any more is found, what others own is left alone", () => {
  assert.deepEqual(ownedButUndesired(object(), desired, manager), [
    "metadata.annotations.removed",
    "spec.sourceRanges",
  ]);
  assert.deepEqual(ownedButUndesired(object(), desired, "someone-else"), []);
});

Deno.test("slimming keeps our fields and the names of the others", () => {
  const slim = slimManagedFields(object(), manager);
  assert.deepEqual(slim.metadata.managedFields, [
    { manager: "kubectl-edit", operation: "Update" },
    { manager, operation: "Apply", fieldsV1 },
    { manager: "kubelb", operation: "Update", subresource: "status" },
  ]);
  assert.deepEqual(
    ownedButUndesired(slim, desired, manager),
    ownedButUndesired(object(), desired, manager),
  );
});

Deno.test("equal fields of many objects are kept once", () => {
  const [one, two] = [object(), structuredClone(object())].map((each) =>
    slimManagedFields(each, manager)
  );
  const fields = (each?: KubeObject) => each?.metadata.managedFields?.[1]?.fieldsV1;
  assert.ok(fields(one) !== undefined && fields(one) === fields(two));
});
