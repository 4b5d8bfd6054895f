import assert from "node:assert/strict";
import fc from "fast-check";
import { typeUrls } from "../../../envoy/proto/mod.ts";
import type { L4Service } from "../../../envoy/translate/l4_service.ts";
import { ownerKeyOf, resourcesOf } from "./resources.ts";

const service = fc.record({
  name: fc.constantFrom("tenant-a/lb/TCP/80", "tenant-a/lb/TCP/81"),
  protocol: fc.constantFrom("TCP" as const, "UDP" as const),
  binding: fc.record({
    addresses: fc.constantFrom(["192.0.2.1"], ["192.0.2.2", "2001:db8::1"]),
    port: fc.constantFrom(80, 81),
    freebind: fc.constant(true),
  }),
  endpoints: fc.array(fc.record({
    address: fc.constantFrom("10.0.0.1", "10.0.0.2"),
    port: fc.constantFrom(30_080, 30_081),
  })),
  sourceRanges: fc.constantFrom([], ["10.0.0.0/8"]),
}, { requiredKeys: ["name", "protocol", "binding", "endpoints"] });

const services: fc.Arbitrary<L4Service[]> = fc.uniqueArray(service, {
  selector: ({ name }) => name,
});

Deno.test("whatever was there before, the resources are those of a fresh translation", () => {
  fc.assert(fc.property(services, services, (earlier, later) => {
    const before = { services: earlier, resources: resourcesOf(earlier) };
    const versions = (resources: ReturnType<typeof resourcesOf>) =>
      resources.map(({ typeUrl, name, version }) => [typeUrl, name, version]);
    assert.deepEqual(versions(resourcesOf(later, before)), versions(resourcesOf(later)));
  }));
});

Deno.test("when only endpoints change, cluster and listener are the very same", () => {
  const one: L4Service = {
    name: "tenant-a/lb/TCP/80",
    protocol: "TCP",
    binding: { addresses: ["192.0.2.1"], port: 80, freebind: true },
    endpoints: [{ address: "10.0.0.1", port: 30_080 }],
  };
  const before = { services: [one], resources: resourcesOf([one]) };
  const after = resourcesOf([{ ...one, endpoints: [] }], before);
  assert.equal(after.filter((resource) => before.resources.includes(resource)).length, 2);
  const changed = after.filter((resource) => !before.resources.includes(resource));
  assert.deepEqual(changed.map(({ typeUrl }) => typeUrl), [typeUrls.endpoint]);
});

Deno.test("a resource belongs to the object in the first two parts of its name", () => {
  assert.equal(ownerKeyOf("tenant-a/web/TCP/80"), "tenant-a/web");
  for (const name of ["tenant-a/web", "web", ""]) assert.equal(ownerKeyOf(name), name);
});
