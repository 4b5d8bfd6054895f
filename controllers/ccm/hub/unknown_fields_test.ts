import assert from "node:assert/strict";
import { ApiError } from "../../../kube/api_error.ts";
import { matters, undeclaredFields, withoutFields } from "./unknown_fields.ts";

function refusal(message: string): ApiError {
  return new ApiError("ServerError", message, { call: { verb: "patch", path: "/" }, status: 500 });
}

Deno.test("the fields that the hub refuses are read from its answer", () => {
  const one = "failed to create typed patch object (tenant-a/x; kubelb.k8c.io/v1alpha1, " +
    "Kind=LoadBalancer): .spec.sourceRanges: field not declared in schema";
  const two = "failed to create typed patch object (tenant-a/x): errors:\n" +
    "  .spec.ipFamilies: field not declared in schema\n" +
    "  .spec.loadBalancerIP: field not declared in schema";
  assert.deepEqual(undeclaredFields(refusal(one)), ["spec.sourceRanges"]);
  assert.deepEqual(undeclaredFields(refusal(two)), ["spec.ipFamilies", "spec.loadBalancerIP"]);
});

Deno.test("fields that must not be left out, and other errors, are none of them", () => {
  assert.deepEqual(undeclaredFields(refusal(".spec.ports: field not declared in schema")), []);
  assert.deepEqual(undeclaredFields(refusal("etcd is gone")), []);
  assert.deepEqual(undeclaredFields(new Error(".spec.sourceRanges: field not declared")), []);
});

Deno.test("fields are left out of a copy", () => {
  const object = { spec: { type: "LoadBalancer", sourceRanges: ["10.0.0.0/8"] } };
  assert.deepEqual(withoutFields(object, ["spec.sourceRanges"]), {
    spec: { type: "LoadBalancer" },
  });
  assert.ok("sourceRanges" in object.spec);
});

Deno.test("leaving out families matters only to who asked for both", () => {
  const single = { spec: { ipFamilyPolicy: "SingleStack" } };
  const dual = { spec: { ipFamilyPolicy: "RequireDualStack" } };
  assert.ok(!matters("spec.ipFamilies", single));
  assert.ok(!matters("spec.ipFamilyPolicy", { spec: {} }));
  assert.ok(matters("spec.ipFamilies", dual));
  assert.ok(matters("spec.sourceRanges", single));
});
