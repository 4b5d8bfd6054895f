import assert from "node:assert/strict";
import fc from "fast-check";
import { EndpointGuard } from "./endpoint_guard.ts";

const none = { allowedCidrs: [], deniedCidrs: [], hubCidrs: [] };

Deno.test("an ordinary address of a node may be an endpoint", () => {
  const guard = new EndpointGuard(none);
  for (const address of ["10.1.2.3", "192.168.0.7", "203.0.113.9", "2001:db8::7", "fd00::1"]) {
    assert.equal(guard.refusal(address), undefined, address);
  }
});

Deno.test("addresses that no other machine can mean are refused with the reason", () => {
  const guard = new EndpointGuard(none);
  const table: [address: string, reason: RegExp][] = [
    ["127.0.0.1", /loopback/],
    ["127.9.9.9", /loopback/],
    ["169.254.169.254", /link-local/],
    ["224.0.0.1", /multicast/],
    ["0.0.0.0", /not an address of a host/],
    ["255.255.255.255", /broadcast/],
    ["::", /unspecified/],
    ["::1", /loopback/],
    ["fe80::1", /link-local/],
    ["ff02::1", /multicast/],
  ];
  for (const [address, reason] of table) assert.match(guard.refusal(address) ?? "", reason);
});

Deno.test("an IPv4 address in IPv6 clothes is judged as the IPv4 address", () => {
  const guard = new EndpointGuard(none);
  assert.match(guard.refusal("::ffff:127.0.0.1") ?? "", /loopback/);
  assert.match(guard.refusal("::ffff:7f00:1") ?? "", /loopback/);
  assert.equal(guard.refusal("::ffff:10.0.0.1"), undefined);
  assert.ok(guard.refusal("64:ff9b::7f00:1"));
  assert.ok(guard.refusal("2002:7f00:1::"));
});

Deno.test("notations that programs read differently are not addresses", () => {
  const guard = new EndpointGuard(none);
  for (
    const text of ["127.1", "0x7f.0.0.1", "0177.0.0.1", "2130706433", "fe80::1%eth0", "", "a.b"]
  ) {
    assert.equal(guard.refusal(text), "is not an IP address", text);
  }
});

Deno.test("the hub's own ranges are refused", () => {
  const guard = new EndpointGuard({ ...none, hubCidrs: ["10.96.0.0/12", "192.0.2.1"] });
  assert.match(guard.refusal("10.96.0.1") ?? "", /management cluster \(10\.96\.0\.0\/12\)/);
  assert.ok(guard.refusal("192.0.2.1"));
  assert.equal(guard.refusal("192.0.2.2"), undefined);
});

Deno.test("the operator opens a refused range", () => {
  const guard = new EndpointGuard({ ...none, allowedCidrs: ["127.0.0.0/8"] });
  assert.equal(guard.refusal("127.0.0.5"), undefined);
  assert.ok(guard.refusal("169.254.0.1"));
});

Deno.test("what the Config denies stays denied inside an allowed range", () => {
  const guard = new EndpointGuard({
    ...none,
    allowedCidrs: ["127.0.0.0/8"],
    deniedCidrs: ["127.0.0.1/32"],
  });
  assert.match(guard.refusal("127.0.0.1") ?? "", /denied by the Config/);
  assert.equal(guard.refusal("127.0.0.2"), undefined);
});

Deno.test("a range that is none is refused by name", () => {
  for (const text of ["10.0.0.0/33", "10.0.0.0/x", "example.com", "10.0.0.0/-1", "fd00::/129"]) {
    assert.throws(() => new EndpointGuard({ ...none, allowedCidrs: [text] }), {
      name: "TypeError",
      message: new RegExp(text.replaceAll(/[.\/]/g, "\\$&")),
    });
  }
});

Deno.test("no text gets a loopback, link-local or multicast address past the guard", () => {
  const guard = new EndpointGuard(none);
  const octet = fc.nat(255);
  const dangerous = fc.tuple(
    fc.oneof(fc.constantFrom(0, 127), fc.integer({ min: 224, max: 255 })),
    octet,
    octet,
    octet,
  );
  fc.assert(fc.property(dangerous, fc.boolean(), (octets, mapped) => {
    const address = (mapped ? "::ffff:" : "") + octets.join(".");
    assert.notEqual(guard.refusal(address), undefined);
  }));
});

Deno.test("a verdict does not depend on what was asked before", () => {
  const policy = { ...none, hubCidrs: ["10.0.0.0/9"] };
  const kept = new EndpointGuard(policy);
  fc.assert(fc.property(fc.ipV4(), (address) => {
    assert.equal(kept.refusal(address), new EndpointGuard(policy).refusal(address));
  }));
});
