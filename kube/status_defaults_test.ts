import assert from "node:assert/strict";
import { services } from "../apis/core/v1.ts";
import { resourceType } from "../apis/meta/v1.ts";
import { withoutDefaults } from "./status_defaults.ts";

const ingress = [{ ip: "192.0.2.1", ipMode: "VIP" }, { ip: "192.0.2.2", ipMode: "Proxy" }];

Deno.test("a Service's address without ipMode and with the default one are the same", () => {
  assert.deepEqual(withoutDefaults(services, { loadBalancer: { ingress } }), {
    loadBalancer: { ingress: [{ ip: "192.0.2.1" }, { ip: "192.0.2.2", ipMode: "Proxy" }] },
  });
  assert.deepEqual(withoutDefaults(services, { conditions: [] }), { conditions: [] });
});

Deno.test("other kinds are left alone", () => {
  const type = resourceType("kubelb.k8c.io", "v1alpha1", "LoadBalancer", "loadbalancers", true);
  const status = { loadBalancer: { ingress } };
  assert.equal(withoutDefaults(type, status), status);
});
