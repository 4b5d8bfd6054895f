import assert from "node:assert/strict";
import type { KubeObject } from "../apis/meta/v1.ts";
import {
  controllerOf,
  controllerReference,
  isControlledBy,
  ownerReference,
} from "./owner_reference.ts";

const owner: KubeObject = {
  apiVersion: "kubelb.k8c.io/v1alpha1",
  kind: "LoadBalancer",
  metadata: { name: "lb", namespace: "tenant-a", uid: "u1" },
};

Deno.test("a reference makes its owner the controller", () => {
  const reference = controllerReference(owner, { namespace: "tenant-a" });
  const service: KubeObject = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "s", namespace: "tenant-a", ownerReferences: [reference] },
  };
  assert.deepEqual(controllerOf(service), {
    apiVersion: "kubelb.k8c.io/v1alpha1",
    kind: "LoadBalancer",
    name: "lb",
    uid: "u1",
    controller: true,
    blockOwnerDeletion: true,
  });
  assert(isControlledBy(service, owner));
});

Deno.test("an owner that need not be waited for, and one that does not control, say no more than that", () => {
  const reference = { apiVersion: owner.apiVersion, kind: "LoadBalancer", name: "lb", uid: "u1" };
  const dependent = { namespace: "tenant-a" };
  assert.deepEqual(ownerReference(owner, dependent), reference);
  assert.deepEqual(controllerReference(owner, dependent, { blockOwnerDeletion: false }), {
    ...reference,
    controller: true,
  });
});

Deno.test("a namesake with another uid is someone else", () => {
  const reference = controllerReference(owner, { namespace: "tenant-a" });
  const service = { ...owner, metadata: { name: "s", ownerReferences: [reference] } };
  const namesake = { ...owner, metadata: { ...owner.metadata, uid: "u2" } };
  assert(!isControlledBy(service, namesake));
});

Deno.test("what the garbage collector would not honour is refused", () => {
  assert.throws(() => controllerReference(owner, { namespace: "other" }), /cannot own/);
  const unborn = { ...owner, metadata: { name: "lb", namespace: "tenant-a" } };
  assert.throws(() => controllerReference(unborn, { namespace: "tenant-a" }), /has no uid/);
});

Deno.test("a cluster-scoped owner may own anything", () => {
  const tenant = { ...owner, kind: "Tenant", metadata: { name: "acme", uid: "u3" } };
  assert.equal(controllerReference(tenant, { namespace: "x" }).uid, "u3");
  assert.equal(controllerReference(tenant, {}).kind, "Tenant");
});
