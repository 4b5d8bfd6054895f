import assert from "node:assert/strict";
import type { ApiErrorReason } from "./api_error.ts";
import { describeTroubles } from "./informer_troubles.ts";
import type { InformerTrouble } from "./informers.ts";

function trouble(resource: string, message: string, reason?: ApiErrorReason): InformerTrouble {
  return { resource, synced: false, message, ...(reason && { reason }) };
}

Deno.test("no trouble is no text, and one is named", () => {
  assert.equal(describeTroubles([]), undefined);
  const one = [trouble("tenants", "missing permission", "Forbidden")];
  assert.equal(describeTroubles(one), "tenants: missing permission");
});

Deno.test("an API server that cannot be reached is said once", () => {
  const message = "cannot reach https://hub:6443: connection refused";
  const troubles = ["tenants", "configs", "nodes"].map((it) => trouble(it, message, "Unreachable"));
  assert.equal(describeTroubles(troubles), message);
});

Deno.test("of equal causes the first has the word, and the others are named up to a bound", () => {
  const others = Array.from({ length: 22 }, (_, index) => `r${index}`);
  const names = ["tenants", ...others, "r1"];
  const troubles = [
    ...names.map((it) => trouble(it, `missing permission: watch ${it}`, "Forbidden")),
    trouble("routes", "not served", "ResourceMissing"),
    trouble("nodes", "waiting for the first list"),
    trouble("services", "waiting for the first list"),
  ];
  assert.equal(
    describeTroubles(troubles),
    `tenants: missing permission: watch tenants (the same for ${others.slice(0, 20).join(", ")} ` +
      "and 2 more); " +
      "routes: not served; nodes: waiting for the first list (the same for services)",
  );
});
