import assert from "node:assert/strict";
import { ApiError, type ApiErrorReason } from "../../../kube/api_error.ts";
import type { HubOperation } from "../ccm_metrics.ts";
import { afterCall, hubRefusalText, type HubState } from "./hub_state.ts";

const usable: HubState = { kind: "usable" };
const silent: HubState = { kind: "silent", since: 1 };
const unauthorized: HubState = { kind: "refusing", reason: "Unauthorized", since: 1 };
const gone: HubState = { kind: "refusing", reason: "NamespaceGone", since: 1 };

/** Before, operation, how it ends (at 2), and after: kind or reason, and since when. */
const rows: [HubState, HubOperation, ApiErrorReason | "ok", string, number?][] = [
  [usable, "get", "ok", "usable"],
  [usable, "get", "Unreachable", "silent", 2],
  [silent, "get", "Timeout", "silent", 1],
  [silent, "get", "ServerError", "silent", 1],
  [usable, "get", "ServerError", "failing", 2],
  [usable, "update", "Unauthorized", "Unauthorized", 2],
  [silent, "get", "Unauthorized", "Unauthorized", 1],
  [unauthorized, "get", "ok", "usable"],
  [unauthorized, "get", "Unreachable", "silent", 1],
  [unauthorized, "get", "Forbidden", "Forbidden", 1],
  // One verb is missing, or a quota is used up: others may succeed.
  [usable, "create", "Forbidden", "failing", 2],
  [usable, "create", "Invalid", "usable"],
  [usable, "update", "NamespaceGone", "NamespaceGone", 2],
  [gone, "get", "ok", "NamespaceGone", 1],
  [gone, "delete", "NotFound", "NamespaceGone", 1],
  [gone, "get", "Unauthorized", "Unauthorized", 1],
  [gone, "create", "ok", "usable"],
  [gone, "create", "AlreadyExists", "usable"],
  [gone, "create", "Forbidden", "failing", 1],
];

for (const [before, operation, end, kind, since] of rows) {
  const was = before.kind === "refusing" ? before.reason : before.kind;
  Deno.test(`${was}, then ${operation} ends with ${end}: ${kind}`, () => {
    const call = { verb: operation, path: "/" };
    const error = end === "ok" ? undefined : new ApiError(end, "no", { call });
    const after = afterCall(before, operation, error, 2);
    assert.equal(after.kind === "refusing" ? after.reason : after.kind, kind);
    assert.equal(after.kind === "usable" ? undefined : after.since, since);
  });
}

Deno.test("our own end says nothing about the hub", () => {
  assert.deepEqual(afterCall(silent, "get", new Error("aborted"), 2), silent);
});

Deno.test("every refusal names the place and what to look at", () => {
  const where = { namespace: "tenant-acme", source: "/etc/hub.kubeconfig" };
  for (const reason of ["Unauthorized", "Forbidden", "NamespaceGone"] as const) {
    const text = hubRefusalText(reason, where);
    assert.match(text, /tenant-acme/);
    assert.match(text, /was the tenant deleted/);
  }
});
