import assert from "node:assert/strict";
import type { KubeObject, ManagedFieldsEntry } from "../apis/meta/v1.ts";
import { adoptedManagedFields, needsAdoption } from "./adoption.ts";

const upstream: ManagedFieldsEntry = {
  manager: "ccm",
  operation: "Update",
  apiVersion: "kubelb.k8c.io/v1alpha1",
  fieldsType: "FieldsV1",
  fieldsV1: {
    "f:metadata": { "f:annotations": { ".": {}, "f:old": {} } },
    "f:spec": { ".": {}, "f:endpoints": {}, "f:persistence": { "f:type": {} } },
  },
};
const operator: ManagedFieldsEntry = {
  manager: "kubectl-edit",
  operation: "Update",
  fieldsV1: { "f:spec": { "f:healthCheck": {} } },
};
const status: ManagedFieldsEntry = {
  manager: "kubelb",
  operation: "Update",
  subresource: "status",
  fieldsV1: { "f:status": {} },
};
const ours: ManagedFieldsEntry = {
  manager: "kubelb-ccm",
  operation: "Apply",
  fieldsV1: { "f:spec": { "f:ports": {} } },
};

const endpoints = ["spec", "endpoints"];

function object(...managedFields: ManagedFieldsEntry[]): KubeObject {
  return { apiVersion: "v1", kind: "LoadBalancer", metadata: { name: "a", managedFields } };
}

Deno.test("an object that we never applied may need adoption", () => {
  assert.ok(needsAdoption(object(upstream, status), "kubelb-ccm"));
  assert.ok(needsAdoption(object(), "kubelb-ccm"));
  assert.ok(!needsAdoption(object(upstream, ours), "kubelb-ccm"));
});

Deno.test("the previous owner's fields become ours, everyone else's stay theirs", () => {
  assert.deepEqual(
    adoptedManagedFields(object(upstream, operator, status, ours), "kubelb-ccm", endpoints),
    [
      operator,
      status,
      {
        manager: "kubelb-ccm",
        operation: "Apply",
        apiVersion: "kubelb.k8c.io/v1alpha1",
        fieldsType: "FieldsV1",
        fieldsV1: {
          "f:metadata": { "f:annotations": { ".": {}, "f:old": {} } },
          "f:spec": {
            ".": {},
            "f:endpoints": {},
            "f:persistence": { "f:type": {} },
            "f:ports": {},
          },
        },
      },
    ],
  );
});

Deno.test("without a previous owner there is nothing to adopt", () => {
  assert.equal(adoptedManagedFields(object(operator, status), "kubelb-ccm", endpoints), undefined);
});
