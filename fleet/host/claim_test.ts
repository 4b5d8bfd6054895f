import assert from "node:assert/strict";
import { claimName, isClaimed, lostClaim } from "./claim.ts";

Deno.test("a claim is of one fleet of one hub, and fits into a socket's name", () => {
  const name = claimName("8c1f", "tenant-acme");
  assert.equal(name, claimName("8c1f", "tenant-acme"));
  assert.notEqual(name, claimName("8c1f", "tenant-other"));
  assert.notEqual(name, claimName("77aa", "tenant-acme"));
  assert.ok(claimName("8c1f", "x".repeat(253)).length < 108);
});

Deno.test("a claim is found among the sockets of the host", () => {
  const line = (name: string) =>
    `0000000000000000: 00000002 00000000 00010000 0001 01 81234 ${name}`;
  const sockets = [
    "Num       RefCount Protocol Flags    Type St Inode Path",
    line("/run/dbus"),
    line("@kubelb-envoy/12"),
    "0000000000000000: 00000003 00000000 00000000 0001 03 81235",
    "",
  ].join("\n");
  assert.equal(isClaimed("@kubelb-envoy/12", sockets), true);
  assert.equal(isClaimed("@kubelb-envoy/1", sockets), false);
  assert.equal(isClaimed("@kubelb-envoy/2", sockets), false);
  assert.equal(isClaimed(claimName("no such hub", "no-such-fleet")), false);
});

Deno.test("an Envoy that was too late for its name is told from one that crashed", () => {
  const refused = (name: string) => `error initializing config: cannot bind '${name}': in use`;
  assert.equal(lostClaim(refused(claimName("8c1f", "tenant-acme"))), true);
  assert.equal(lostClaim(refused("127.0.0.1:9901")), false);
  assert.equal(lostClaim(undefined), false);
});
