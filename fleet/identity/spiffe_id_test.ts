import assert from "node:assert/strict";
import fc from "fast-check";
import { fleetId, fleetOf, isManager, managerId } from "./spiffe_id.ts";

Deno.test("a fleet is found in its certificate's URI", () => {
  assert.equal(fleetOf([fleetId("tenant-a")]), "tenant-a");
});

for (
  const [what, uris] of Object.entries({
    "nothing": [],
    "another trust domain": ["spiffe://elsewhere/tenant-a"],
    "a longer trust domain": ["spiffe://kubelb.evil/tenant-a"],
    "a path": [fleetId("tenant-a/b")],
    "an empty name": ["spiffe://kubelb/"],
    "two identities": [fleetId("tenant-a"), fleetId("tenant-b")],
    "the manager": [managerId],
    "a list in one name": [`${fleetId("tenant-a")}, DNS:x`],
  })
) {
  Deno.test(`${what} is no fleet`, () => {
    assert.equal(fleetOf(uris), undefined);
  });
}

Deno.test("whatever the URI is, a fleet comes out only if it is exactly the fleet's id", () => {
  const uri = fc.oneof(fc.string(), fc.string().map(fleetId));
  fc.assert(fc.property(uri, (uri) => {
    const fleet = fleetOf([uri]);
    if (fleet !== undefined) assert.equal(uri, fleetId(fleet));
  }));
});

Deno.test("a manager is known by its id alone", () => {
  assert.equal(isManager([managerId]), true);
  assert.equal(isManager([fleetId("tenant-a")]), false);
  assert.equal(isManager([managerId, fleetId("tenant-a")]), false);
  assert.equal(isManager([]), false);
});
