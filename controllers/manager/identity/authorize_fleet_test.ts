import assert from "node:assert/strict";
import { authorizeByCertificate, authorizeByNode } from "./authorize_fleet.ts";

const fleets = { synced: true, has: (fleet: string) => fleet.startsWith("tenant-") };
const expiry = "Dec 24 12:00:00 2030 GMT";

function peerWith(subjectaltname: string) {
  const sslPeerCertificate = { subjectaltname, "valid_to": expiry };
  return { address: "127.0.0.1:1", authContext: { sslPeerCertificate } };
}

function reason(subjectaltname: string, node: string, known = fleets): string {
  const result = authorizeByCertificate(peerWith(subjectaltname), node, known);
  return "refused" in result ? result.refused : "";
}

Deno.test("a fleet's certificate opens that fleet, for as long as it is valid", () => {
  const peer = peerWith("URI:spiffe://kubelb/tenant-a");
  assert.deepEqual(authorizeByCertificate(peer, "tenant-a", fleets), {
    fleet: "tenant-a",
    until: Date.parse(expiry),
  });
});

Deno.test("a certificate opens no other fleet, and none when there is no such fleet", () => {
  assert.match(reason("URI:spiffe://kubelb/tenant-a", "tenant-b"), /is for "tenant-a"/);
  assert.match(reason("URI:spiffe://kubelb/other", "other"), /there is no fleet/);
});

Deno.test("the manager's certificate, a foreign one and none open nothing", () => {
  assert.match(reason("URI:spiffe://kubelb/manager", "manager"), /not that of a fleet/);
  assert.match(reason("DNS:tenant-a", "tenant-a"), /not that of a fleet/);
  const anonymous = { address: "127.0.0.1:1", authContext: {} };
  assert.deepEqual(authorizeByCertificate(anonymous, "tenant-a", fleets), {
    refused: "a client certificate is needed",
  });
});

Deno.test("before the fleets are known a proven client is kept waiting, not refused", () => {
  const unknown = { synced: false, has: () => false };
  assert.equal(reason("URI:spiffe://kubelb/tenant-a", "tenant-a", unknown), "");
  assert.deepEqual(authorizeByNode("tenant-a", unknown), { fleet: "tenant-a" });
  assert.match(reason("URI:spiffe://kubelb/tenant-a", "tenant-b", unknown), /is for "tenant-a"/);
});
