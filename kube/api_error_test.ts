import assert from "node:assert/strict";
import { type ApiErrorReason, errorFromAnswer } from "./api_error.ts";

const call = {
  verb: "patch",
  path: "/apis/kubelb.k8c.io/v1alpha1/namespaces/tenant-a/routes/r",
  resource: "routes.kubelb.k8c.io",
  namespace: "tenant-a",
};

const status = (reason: string, details = {}) =>
  JSON.stringify({ kind: "Status", reason, message: "the server's words", details });

const rows: [number, string, ApiErrorReason][] = [
  [400, status("BadRequest"), "BadRequest"],
  [401, status("Unauthorized"), "Unauthorized"],
  [403, status("Forbidden"), "Forbidden"],
  [404, status("NotFound", { name: "r" }), "NotFound"],
  [404, status("NotFound"), "ResourceMissing"],
  [404, status("NotFound", { kind: "namespaces", name: "tenant-a" }), "NamespaceGone"],
  [403, status("Forbidden", { causes: [{ reason: "NamespaceTerminating" }] }), "NamespaceGone"],
  [404, "404 page not found", "ResourceMissing"],
  [409, status("AlreadyExists"), "AlreadyExists"],
  [409, status("Conflict"), "Conflict"],
  [410, status("Expired"), "Expired"],
  [410, status("Gone"), "Expired"],
  [413, "", "TooLarge"],
  [415, status("UnsupportedMediaType"), "UnsupportedMediaType"],
  [422, status("Invalid"), "Invalid"],
  [429, status("TooManyRequests"), "TooManyRequests"],
  [500, status("InternalError"), "ServerError"],
  [502, "<html>bad gateway</html>", "ServerError"],
  [503, status("ServiceUnavailable"), "ServerError"],
  [504, status("Timeout"), "Timeout"],
  [302, "", "Protocol"],
];

for (const [code, body, reason] of rows) {
  Deno.test(`HTTP ${code} with ${body.slice(0, 40) || "no body"} is ${reason}`, () => {
    const error = errorFromAnswer(call, code, body);
    assert.equal(error.reason, reason);
    assert.equal(error.status, code);
    assert.match(error.message, /patch routes\.kubelb\.k8c\.io in namespace "tenant-a"/);
  });
}

Deno.test("the server's own words are in the message", () => {
  assert.match(errorFromAnswer(call, 422, status("Invalid")).message, /the server's words/);
});

Deno.test("Retry-After is read from the header, or from the status", () => {
  assert.equal(errorFromAnswer(call, 429, "", "3").retryAfter, 3000);
  const body = status("TooManyRequests", { retryAfterSeconds: 2 });
  assert.equal(errorFromAnswer(call, 429, body).retryAfter, 2000);
  assert.equal(errorFromAnswer(call, 429, "", "soon").retryAfter, undefined);
  assert.equal(errorFromAnswer(call, 500, "").retryAfter, undefined);
});

Deno.test("a missing permission is told apart from a refusal by a quota", () => {
  const refuse = (message: string) =>
    errorFromAnswer(call, 403, JSON.stringify({ kind: "Status", reason: "Forbidden", message }));
  const denied = refuse('secrets is forbidden: User "jane" cannot list resource "secrets"');
  assert.match(denied.message, /^missing permission: .*RBAC must allow verb/);
  const quota = refuse("services is forbidden: exceeded quota: few, requested: 1, limited: 0");
  assert.match(quota.message, /^cannot .*exceeded quota/);
  assert.equal(quota.reason, "Forbidden");
});

Deno.test("a namespace that is asked for itself is an object like others", () => {
  const get = { verb: "get", path: "/api/v1/namespaces/a", resource: "namespaces" };
  const body = status("NotFound", { kind: "namespaces", name: "a" });
  assert.equal(errorFromAnswer(get, 404, body).reason, "NotFound");
});
