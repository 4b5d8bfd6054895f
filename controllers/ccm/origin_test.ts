import assert from "node:assert/strict";
import fc from "fast-check";
import { originNameLabel } from "../../apis/kubelb/names.ts";
import { copiedAnnotations, originLabels, originOf } from "./origin.ts";

const tenant = "tenant-acme";

function hubObject(name: string, annotations: Record<string, string> = {}) {
  const origin = { name, namespace: "shop", annotations };
  return {
    metadata: {
      name: "uid",
      labels: originLabels(origin, tenant),
      annotations: copiedAnnotations(origin),
    },
  };
}

Deno.test("the hub object says where it comes from, as upstream writes it", () => {
  const { metadata } = hubObject("web", {
    "example.com/a": "1",
    "kubectl.kubernetes.io/last-applied-configuration": "{}",
  });
  assert.deepEqual(metadata.labels, {
    "kubelb.k8c.io/origin-ns": "shop",
    "kubelb.k8c.io/origin-name": "web",
    "kubelb.k8c.io/tenant": "tenant-acme",
  });
  assert.deepEqual(metadata.annotations, { "example.com/a": "1" });
});

Deno.test("names of any length make valid labels and are found again", () => {
  const name = fc.stringMatching(/^[a-z0-9]([-a-z0-9.]{0,250}[a-z0-9])?$/);
  fc.assert(fc.property(name, (text) => {
    const object = hubObject(text);
    assert.match(
      object.metadata.labels[originNameLabel]!,
      /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/,
    );
    assert.deepEqual(originOf(object), { namespace: "shop", name: text });
  }));
});

Deno.test("a user's annotation cannot make a hub object point elsewhere", () => {
  const object = hubObject("web", { [originNameLabel]: "other" });
  assert.deepEqual(originOf(object), { namespace: "shop", name: "web" });
});

Deno.test("an object without origin labels is not the CCM's", () => {
  assert.equal(originOf({ metadata: { name: "made-by-hand" } }), undefined);
});
