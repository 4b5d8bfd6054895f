import assert from "node:assert/strict";
import fc from "fast-check";
import { fleetId, fleetOf, isManager, managerId } from "./spiffe_id.ts";

Deno.test("a fleet is found in its certificate's names, beside others", () => {
  assert.equal(fleetOf(`URI:${fleetId("tenant-a")}`), "tenant-a");
  assert.equal(fleetOf(`DNS:somewhere, URI:${fleetId("tenant-a")}`), "tenant-a");
});

for (
  const [what, names] of Object.entries({
    "nothing": "",
    "a DNS name that looks like one": `DNS:${fleetId("tenant-a")}`,
    "another trust domain": "URI:spiffe://elsewhere/tenant-a",
    "a longer trust domain": "URI:spiffe://kubelb.evil/tenant-a",
    "a path": `URI:${fleetId("tenant-a/b")}`,
    "an empty name": "URI:spiffe://kubelb/",
    "two identities": `URI:${fleetId("tenant-a")}, URI:${fleetId("tenant-b")}`,
    "the manager": `URI:${managerId}`,
    "a quoted list": `URI:"${fleetId("tenant-a")}, DNS:x"`,
  })
) {
  Deno.test(`${what} is no fleet`, () => {
    assert.equal(fleetOf(names), undefined);
  });
}

Deno.test("whatever the names are, a fleet comes out only if its exact id is among them", () => {
  fc.assert(fc.property(fc.string(), (names) => {
    const fleet = fleetOf(names);
    if (fleet !== undefined) assert.ok(names.includes(`URI:${fleetId(fleet)}`));
  }));
});

Deno.test("a manager is known by its id alone", () => {
  assert.equal(isManager(`URI:${managerId}`), true);
  assert.equal(isManager(`URI:${fleetId("tenant-a")}`), false);
  assert.equal(isManager(`URI:${managerId}, URI:${fleetId("tenant-a")}`), false);
  assert.equal(isManager(`DNS:${managerId}`), false);
});
