import assert from "node:assert/strict";
import { describeError, isAbort } from "./errors.ts";

Deno.test("an error is described with its causes, each said once", () => {
  const refused = new Error("connection refused");
  const request = new Error("GET /api failed: connection refused", { cause: refused });
  const outer = new Error("cannot reach the hub", { cause: request });
  assert.equal(
    describeError(outer),
    "cannot reach the hub: GET /api failed: connection refused",
  );
});

Deno.test("anything that was thrown can be described", () => {
  assert.equal(describeError("plain text"), "plain text");
  assert.equal(describeError(42), "42");
  assert.equal(describeError(undefined), "");
  assert.equal(describeError(new TypeError()), "TypeError");
});

Deno.test("a cycle of causes ends", () => {
  const error = new Error("round and round");
  error.cause = error;
  assert.equal(describeError(error), "round and round");
});

Deno.test("an abort is told apart from a fault", () => {
  const controller = new AbortController();
  controller.abort();
  assert.ok(isAbort(controller.signal.reason));
  assert.ok(!isAbort(new Error("AbortError")));
});

Deno.test("of a failed fetch the reason is told", () => {
  const cause = new Error(
    "error sending request for url (https://hub:6443/api?a=b): client error (Connect): refused",
  );
  const outer = new Error("cannot reach the hub", { cause: new Error("fetch failed", { cause }) });
  assert.equal(describeError(outer), "cannot reach the hub: client error (Connect): refused");
});

Deno.test("a path that was named is not named again by its cause", () => {
  const cause = new Error("No such file or directory (os error 2): readfile '/etc/hub'");
  const outer = new Error("kubeconfig /etc/hub cannot be read", { cause });
  assert.equal(
    describeError(outer),
    "kubeconfig /etc/hub cannot be read: No such file or directory (os error 2)",
  );
  assert.equal(describeError(new Error("no access", { cause })), `no access: ${cause.message}`);
});
