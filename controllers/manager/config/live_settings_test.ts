import assert from "node:assert/strict";
import type { Config, ConfigSpec, Tenant } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { silentLogger } from "../../../base/logger.ts";
import { formatPortRange } from "../../../fleet/port_range.ts";
import { ObjectCache } from "../../../kube/object_cache.ts";
import { loadBalancerWith } from "../loadbalancer/testdata.ts";
import { LiveSettings } from "./live_settings.ts";

function configAt(generation: number, spec: ConfigSpec): Config {
  const metadata = { name: "default", namespace: "kubelb", generation };
  return {
    apiVersion: "kubelb.k8c.io/v1alpha1",
    kind: "Config",
    metadata: { ...metadata, resourceVersion: String(generation) },
    spec,
  };
}

function settingsOf(
  configs: ObjectCache<Config>,
  tenants = new ObjectCache<Tenant>(),
): LiveSettings {
  return new LiveSettings({
    configs,
    tenants,
    namespace: "kubelb",
    allowedCidrs: [],
    portRange: { first: 10_000, last: 10_009 },
    log: silentLogger,
  });
}

Deno.test("the port range follows the Config; while that names none that can be used, the last stays", () => {
  const configs = new ObjectCache<Config>();
  using settings = settingsOf(configs);
  let changes = 0;
  settings.changes.subscribe(() => changes++);
  const seen: string[] = [];
  const look = () => {
    const problems = settings.problems.map(({ field }) => ` ${field}`);
    seen.push(formatPortRange(settings.portRange) + problems.join());
  };
  const texts = ["2-1", "20000-20009", "3-2", undefined];
  texts.forEach((portRange, at) => {
    configs.set(configAt(at + 1, { envoyProxy: portRange === undefined ? {} : { portRange } }));
    look();
  });
  configs.set(configAt(5, { envoyProxy: { portRange: "20000-20009" } }));
  configs.remove(configAt(6, {}));
  look();
  assert.deepEqual(seen, [
    "10000-10009 spec.envoyProxy.portRange",
    "20000-20009",
    "20000-20009 spec.envoyProxy.portRange",
    "10000-10009",
    "10000-10009",
  ]);
  assert.equal(changes, 6);
});

Deno.test("a load balancer may be served while it and its tenant stay, and may have some", () => {
  const configs = new ObjectCache<Config>();
  const tenants = new ObjectCache<Tenant>();
  using settings = settingsOf(configs, tenants);
  const loadBalancer = loadBalancerWith({});
  const deletionTimestamp = "2026-01-01T00:00:00Z";
  let version = 0;
  const setTenant = (spec: Tenant["spec"], deleted = {}) =>
    tenants.set({
      apiVersion: "kubelb.k8c.io/v1alpha1",
      kind: "Tenant",
      metadata: { name: "acme", resourceVersion: String(++version), ...deleted },
      spec,
    });
  assert.equal(settings.allows(loadBalancer), false, "without a tenant");
  setTenant({});
  assert.equal(settings.allows(loadBalancer), true);
  const going = { ...loadBalancer, metadata: { ...loadBalancer.metadata, deletionTimestamp } };
  assert.equal(settings.allows(going), false, "on its way out");
  setTenant({ loadBalancer: { disable: true } });
  assert.equal(settings.allows(loadBalancer), false, "switched off for the tenant");
  setTenant({}, { deletionTimestamp });
  assert.equal(settings.allows(loadBalancer), false, "of a tenant on its way out");
  setTenant({});
  configs.set(configAt(1, { loadBalancer: { disable: true } }));
  assert.equal(settings.allows(loadBalancer), false, "switched off for all");
});
