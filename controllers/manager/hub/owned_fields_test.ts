import assert from "node:assert/strict";
import type { Service } from "../../../apis/core/v1.ts";
import { keepOwnFields, ownedAnnotations } from "./owned_fields.ts";

function serviceWith(manager: string, annotations: string[]): Service {
  const fields = Object.fromEntries(annotations.map((key) => [`f:${key}`, {}]));
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: "s",
      managedFields: [
        { manager: "other", fieldsV1: { "f:spec": {} } },
        {
          manager,
          fieldsV1: {
            "f:metadata": { "f:annotations": { ".": {}, ...fields }, "f:labels": { "f:x": {} } },
            "f:spec": { "f:ports": {} },
          },
        },
      ],
    },
    spec: {},
  };
}

Deno.test("a cache keeps of managedFields only which annotations are ours", () => {
  const service = keepOwnFields(serviceWith("kubelb-loadbalancer", ["a.io/x", "b"]));
  assert.deepEqual([...ownedAnnotations(service)], ["a.io/x", "b"]);
  assert.equal(service.metadata.managedFields?.length, 1);
  assert.deepEqual(Object.keys(service.metadata.managedFields?.[0]?.fieldsV1 ?? {}), [
    "f:metadata",
  ]);
});

Deno.test("annotations of others are not ours", () => {
  const service = keepOwnFields(serviceWith("cloud-controller", ["a.io/x"]));
  assert.equal(ownedAnnotations(service).size, 0);
  assert.equal(service.metadata.managedFields, undefined);
});
