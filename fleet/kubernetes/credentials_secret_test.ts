import assert from "node:assert/strict";
import { credentialsSecret, renewalOf } from "./credentials_secret.ts";

const renewAt = Date.parse("2026-02-01T00:00:00Z");
const issued = { certificate: "CERTIFICATE", privateKey: "KEY", renewAt };
const secret = credentialsSecret("tenant-acme", issued, "AUTHORITY");

Deno.test("the keys are files that Envoy follows", () => {
  const read = (key: string) => JSON.parse(atob(secret.data?.[key] ?? ""));
  assert.match(JSON.stringify(read("identity.json")), /"CERTIFICATE".*"KEY"/);
  assert.match(JSON.stringify(read("trust.json")), /"AUTHORITY".*spiffe:\/\/kubelb\/manager/);
});

Deno.test("a certificate is kept until its time has come", () => {
  assert.equal(renewalOf(secret, "AUTHORITY"), renewAt);
});

Deno.test("a missing Secret, another authority and a Secret that was tampered with are renewed now", () => {
  assert.equal(renewalOf(undefined, "AUTHORITY"), 0);
  assert.equal(renewalOf(secret, "ANOTHER"), 0);
  const { "trust.json": trust } = secret.data!;
  assert.equal(renewalOf({ ...secret, data: { "trust.json": trust! } }, "AUTHORITY"), 0);
  const unmarked = { ...secret, metadata: { ...secret.metadata, annotations: {} } };
  assert.equal(renewalOf(unmarked, "AUTHORITY"), 0);
});
