import assert from "node:assert/strict";
import { resolveTenantSettings } from "./tenant_settings.ts";

Deno.test("without any settings nothing is disabled and no class is chosen", () => {
  assert.deepEqual(resolveTenantSettings({}, {}).loadBalancer, { disabled: false });
});

Deno.test("the tenant's class wins over the Config's", () => {
  const config = { loadBalancer: { class: "hub" } };
  assert.equal(resolveTenantSettings(config, {}).loadBalancer.class, "hub");
  const tenant = { loadBalancer: { class: "own" } };
  assert.equal(resolveTenantSettings(config, tenant).loadBalancer.class, "own");
});

Deno.test("Config and Tenant can each switch load balancers off, and neither on again", () => {
  const off = { loadBalancer: { disable: true } };
  const on = { loadBalancer: { disable: false } };
  assert.equal(resolveTenantSettings(off, on).loadBalancer.disabled, true);
  assert.equal(resolveTenantSettings(on, off).loadBalancer.disabled, true);
  assert.equal(resolveTenantSettings(on, on).loadBalancer.disabled, false);
});
