import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { claimName, claimsIn, claimsOfHost, lostClaim } from "./claim.ts";

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
  assert.deepEqual([...claimsIn(sockets)], ["@kubelb-envoy/12"]);
});

Deno.test("what listens on this host is a claim until it closes", async () => {
  const name = claimName("no such hub", crypto.randomUUID());
  assert.equal((await claimsOfHost()).has(name), false);
  const server = createServer().listen({ path: name.replace("@", "\0") });
  await once(server, "listening");
  assert.equal((await claimsOfHost()).has(name), true);
  server.close();
  await once(server, "close");
  assert.equal((await claimsOfHost()).has(name), false);
});

Deno.test("an Envoy that was too late for its name is told from one that crashed", () => {
  const refused = (name: string) => `error initializing config: cannot bind '${name}': in use`;
  assert.equal(lostClaim(refused(claimName("8c1f", "tenant-acme"))), true);
  assert.equal(lostClaim(refused("127.0.0.1:9901")), false);
  assert.equal(lostClaim(undefined), false);
});
