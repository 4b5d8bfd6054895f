import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import {
  type AlternativeName,
  createAuthority,
  issueCertificate,
} from "../../../base/certificates.ts";
import { peerCertificate } from "../../../envoy/xds/peer_certificate.ts";
import { authorizeByCertificate, authorizeByNode } from "./authorize_fleet.ts";

const fleets = { synced: true, has: (fleet: string) => fleet.startsWith("tenant-") };
const expiry = "Dec 24 12:00:00 2030 GMT";
const validity = { notBefore: Date.now() - 1_000, notAfter: Date.parse(expiry) };
const authority = await createAuthority("test", validity);

async function certificateWith(type: AlternativeName["type"], value: string) {
  const request = { subject: [], usages: [], alternativeNames: [{ type, value }] };
  const { certificate } = await issueCertificate(authority, request, validity);
  const sslPeerCertificate = { raw: new X509Certificate(certificate).raw, "valid_to": expiry };
  return peerCertificate({ address: "127.0.0.1:1", authContext: { sslPeerCertificate } });
}

async function reason(uri: string, node: string, known = fleets): Promise<string> {
  const result = authorizeByCertificate(await certificateWith("url", uri), node, known);
  return "refused" in result ? result.refused : "";
}

Deno.test("a fleet's certificate opens that fleet, for as long as it is valid", async () => {
  const certificate = await certificateWith("url", "spiffe://kubelb/tenant-a");
  assert.deepEqual(authorizeByCertificate(certificate, "tenant-a", fleets), {
    fleet: "tenant-a",
    until: Date.parse(expiry),
  });
});

Deno.test("a certificate opens no other fleet, and none when there is no such fleet", async () => {
  assert.match(await reason("spiffe://kubelb/tenant-a", "tenant-b"), /is for "tenant-a"/);
  assert.match(await reason("spiffe://kubelb/other", "other"), /there is no fleet/);
});

Deno.test("a refusal quotes no more of a node id than fits into a header", async () => {
  const huge = "x".repeat(100_000);
  for (const said of [await reason("spiffe://kubelb/tenant-a", huge), refusedByNode(huge)]) {
    assert.match(said, /"x{100}"\.\.\./);
    assert.ok(said.length < 300, `${said.length} characters`);
  }
});

function refusedByNode(node: string): string {
  const result = authorizeByNode(node, fleets);
  return "refused" in result ? result.refused : "";
}

Deno.test("the manager's certificate, a foreign one and none open nothing", async () => {
  assert.match(await reason("spiffe://kubelb/manager", "manager"), /not that of a fleet/);
  for (const name of ["tenant-a", "spiffe://kubelb/tenant-a", "x, URI:spiffe://kubelb/tenant-a"]) {
    const result = authorizeByCertificate(await certificateWith("dns", name), "tenant-a", fleets);
    assert.ok("refused" in result, name);
  }
  const anonymous = peerCertificate({ address: "127.0.0.1:1", authContext: {} });
  assert.deepEqual(authorizeByCertificate(anonymous, "tenant-a", fleets), {
    refused: "a client certificate is needed",
  });
});

Deno.test("before the fleets are known a proven client is kept waiting, not refused", async () => {
  const unknown = { synced: false, has: () => false };
  assert.equal(await reason("spiffe://kubelb/tenant-a", "tenant-a", unknown), "");
  assert.deepEqual(authorizeByNode("tenant-a", unknown), { fleet: "tenant-a" });
  assert.match(await reason("spiffe://kubelb/tenant-a", "tenant-b", unknown), /is for "tenant-a"/);
});
