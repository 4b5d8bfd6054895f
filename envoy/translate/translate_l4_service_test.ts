import assert from "node:assert/strict";
import { envoy, typeUrls } from "../proto/mod.ts";
import type { L4Service } from "./l4_service.ts";
import { translateL4Service } from "./translate_l4_service.ts";

const service: L4Service = {
  name: "tenant-acme/0a1b/TCP/80",
  protocol: "TCP",
  binding: { addresses: ["192.0.2.10"], port: 80, freebind: true },
  endpoints: [{ address: "10.1.0.1", port: 30080 }],
  sourceRanges: ["10.0.0.0/8"],
  healthCheck: {
    kind: "tcp",
    intervalSeconds: 5,
    timeoutSeconds: 2,
    unhealthyThreshold: 3,
    healthyThreshold: 2,
  },
};

/** The message of one type as it is sent. */
function bytes(of: L4Service, typeUrl: string): Uint8Array | undefined {
  const resource = translateL4Service(of).find((resource) => resource.typeUrl === typeUrl);
  if (resource?.typeUrl === typeUrls.cluster) {
    return envoy.config.cluster.v3.Cluster.encode(resource.message).finish();
  }
  if (resource?.typeUrl === typeUrls.listener) {
    return envoy.config.listener.v3.Listener.encode(resource.message).finish();
  }
  return undefined;
}

Deno.test("endpoints that change alter neither cluster nor listener", () => {
  const changed = { ...service, endpoints: [{ address: "10.1.0.2", port: 31_111 }] };
  for (const typeUrl of [typeUrls.cluster, typeUrls.listener]) {
    assert.deepEqual(bytes(changed, typeUrl), bytes(service, typeUrl));
  }
});

Deno.test("the same service gives the same bytes", () => {
  const same = structuredClone(service);
  assert.deepEqual(bytes(same, typeUrls.cluster), bytes(service, typeUrls.cluster));
});

Deno.test("a source range that is added leaves the filter chains of the others alone", () => {
  const chains = (sourceRanges: string[]) =>
    envoy.config.listener.v3.Listener.decode(
      bytes({ ...service, sourceRanges }, typeUrls.listener)!,
    )
      .filterChains.map((chain) => envoy.config.listener.v3.FilterChain.encode(chain).finish());
  const [before] = chains(["10.0.0.0/8"]);
  assert.deepEqual(chains(["192.168.0.0/16", "10.0.0.0/8"])[0], before);
});

Deno.test("a listener from which everyone is excluded is not opened", () => {
  for (const protocol of ["TCP", "UDP"] as const) {
    assert.equal(bytes({ ...service, protocol, sourceRanges: [] }, typeUrls.listener), undefined);
  }
});

Deno.test("a binding without an address is a mistake of the caller", () => {
  const binding = { addresses: [], port: 80, freebind: false };
  assert.throws(() => translateL4Service({ ...service, binding }), /without an address/);
});
