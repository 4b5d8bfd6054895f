import assert from "node:assert/strict";
import type { Addresses } from "../../../apis/kubelb/v1alpha1/mod.ts";
import {
  clusterHold,
  type ClusterHoldInput,
  clusterUidAnnotation,
  mayWrite,
} from "./cluster_hold.ts";

function addresses(holder?: string): Addresses {
  return {
    apiVersion: "kubelb.k8c.io/v1alpha1",
    kind: "Addresses",
    metadata: {
      name: "default",
      ...(holder && { annotations: { [clusterUidAnnotation]: holder } }),
    },
    spec: {},
  };
}

const base: ClusterHoldInput = {
  clusterUid: "mine",
  addressesSynced: true,
  addresses: undefined,
  takeOver: false,
};

Deno.test("who may write to a tenant of the hub", () => {
  const table: [Partial<ClusterHoldInput>, string, boolean][] = [
    [{ clusterUid: undefined }, "unknown", false],
    [{ addressesSynced: false }, "unknown", false],
    [{}, "unclaimed", true],
    [{ addresses: addresses() }, "unclaimed", true],
    [{ addresses: addresses("mine") }, "held", true],
    [{ addresses: addresses("theirs") }, "refused", false],
    [{ addresses: addresses("theirs"), takeOver: true }, "unclaimed", true],
    [{ addresses: addresses("theirs"), addressesSynced: false, takeOver: true }, "unknown", false],
    [{ clusterUid: "anonymous" }, "anonymous", true],
    [{ clusterUid: "anonymous", addresses: addresses("theirs") }, "refused", false],
    [
      { clusterUid: "anonymous", addresses: addresses("theirs"), takeOver: true },
      "anonymous",
      true,
    ],
  ];
  for (const [input, kind, writes] of table) {
    const hold = clusterHold({ ...base, ...input });
    assert.equal(hold.kind, kind, JSON.stringify(input));
    assert.equal(mayWrite(hold), writes, JSON.stringify(input));
  }
});

Deno.test("a refusal names the holder", () => {
  assert.deepEqual(clusterHold({ ...base, addresses: addresses("theirs") }), {
    kind: "refused",
    holder: "theirs",
  });
});
