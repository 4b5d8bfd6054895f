import assert from "node:assert/strict";
import type { Config, ConfigSpec, Tenant } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { silentLogger } from "../../../base/logger.ts";
import { formatPortRange } from "../../../fleet/port_range.ts";
import { ObjectCache } from "../../../kube/object_cache.ts";
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

Deno.test("the port range follows the Config; while that names none that can be used, the last stays", () => {
  const configs = new ObjectCache<Config>();
  using settings = new LiveSettings({
    configs,
    tenants: new ObjectCache<Tenant>(),
    namespace: "kubelb",
    allowedCidrs: [],
    portRange: { first: 10_000, last: 10_009 },
    log: silentLogger,
  });
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
