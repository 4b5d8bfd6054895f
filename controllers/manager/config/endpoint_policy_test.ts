import assert from "node:assert/strict";
import { endpointPolicyOf } from "./endpoint_policy.ts";

Deno.test("flag and Config both open ranges", () => {
  const { policy, problems } = endpointPolicyOf(
    { endpointPolicy: { allowedCIDRs: ["10.0.0.0/8"], deniedCIDRs: ["10.1.0.0/16"] } },
    ["127.0.0.0/8"],
    ["10.96.0.0/12"],
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(policy, {
    allowedCidrs: ["127.0.0.0/8", "10.0.0.0/8"],
    deniedCidrs: ["10.1.0.0/16"],
    hubCidrs: ["10.96.0.0/12"],
  });
});

Deno.test("a range that is none is reported by its field and the others count", () => {
  const { policy, problems } = endpointPolicyOf(
    { endpointPolicy: { deniedCIDRs: ["10.0.0.0/8", "ten"] } },
    [],
    [],
  );
  assert.deepEqual(policy.deniedCidrs, ["10.0.0.0/8"]);
  assert.equal(problems[0]?.field, "spec.endpointPolicy.deniedCIDRs[1]");
  assert.match(problems[0]?.message ?? "", /"ten"/);
});
