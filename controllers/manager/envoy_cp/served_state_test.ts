import assert from "node:assert/strict";
import { typeUrls } from "../../../envoy/proto/mod.ts";
import { EndpointGuard } from "../endpoint_guard/endpoint_guard.ts";
import { hubServiceWith, loadBalancerWith } from "../loadbalancer/testdata.ts";
import type { Evaluation } from "./evaluation.ts";
import { nextState, type NextStateInput } from "./served_state.ts";

const guard = new EndpointGuard({ allowedCidrs: [], deniedCidrs: [], hubCidrs: [] });
const port = "tenant-acme/lb/TCP/80";

const serve: Evaluation = {
  kind: "serve",
  services: [{
    name: port,
    protocol: "TCP",
    binding: { addresses: ["192.0.2.10"], port: 80, freebind: true },
    endpoints: [{ address: "10.0.0.1", port: 30080 }],
  }],
  resolution: { reason: "Resolved", message: "" },
  hasEndpoints: true,
};
const keep: Evaluation = {
  ...serve,
  kind: "keep",
  services: [{ ...serve.services[0]!, endpoints: [] }],
  resolution: { reason: "AddressesNotFound", message: "" },
  hasEndpoints: false,
};

function next(change: Partial<NextStateInput>) {
  return nextState({
    loadBalancer: loadBalancerWith({}),
    hubService: hubServiceWith({}),
    evaluation: serve,
    refused: false,
    before: undefined,
    guard,
    now: 1,
    ...change,
  });
}

const everyTypeOf = (name: string) =>
  [typeUrls.cluster, typeUrls.endpoint, typeUrls.listener].map((typeUrl) => ({ typeUrl, name }));

Deno.test("what this process has translated stays while the object does not resolve", () => {
  const before = next({});
  const { resources, withheld, since } = next({ evaluation: keep, before, now: 2 });
  assert.deepEqual(resources, before.resources);
  assert.deepEqual([withheld, since], [[], 1]);
});

Deno.test("what this process has never seen is withheld until the object resolves", () => {
  const first = next({ evaluation: keep });
  assert.deepEqual([first.resources, first.withheld], [[], everyTypeOf(port)]);
  const second = next({ evaluation: keep, before: first });
  assert.deepEqual(second.withheld, everyTypeOf(port));
  const resolved = next({ before: second });
  assert.deepEqual(resolved.withheld, []);
  // The names are those that a translation really has.
  assert.deepEqual(
    resolved.resources.map(({ typeUrl, name }) => ({ typeUrl, name })),
    everyTypeOf(port),
  );
});

Deno.test("a spec that became invalid keeps the ports that the hub Service still has", () => {
  const ports = [{ port: 53, protocol: "UDP" as const, targetPort: 10002 }];
  const { withheld } = next({ evaluation: undefined, hubService: hubServiceWith({ ports }) });
  assert.deepEqual(withheld, everyTypeOf("tenant-acme/lb/UDP/53"));
});

Deno.test("without a hub Service nothing can have been served", () => {
  assert.deepEqual(next({ evaluation: undefined, hubService: undefined }).withheld, []);
});

Deno.test("of one that is refused nothing stays, even when its spec became invalid", () => {
  const before = next({});
  const { services, resources, withheld } = next({ evaluation: undefined, refused: true, before });
  assert.deepEqual([services, resources, withheld], [[], [], []]);
});
