import assert from "node:assert/strict";
import { parseCidr, parseIp } from "./cidr.ts";

Deno.test("a range holds addresses of its own family only, however they are written", () => {
  const holds = (range: string, address: string) => parseCidr(range).contains(parseIp(address)!);
  assert.ok(holds("10.1.2.3/8", "10.255.0.1"));
  assert.ok(holds("10.0.0.1", "::ffff:10.0.0.1"), "mapped means the IPv4 address");
  assert.ok(holds("2001:DB8::/32", "2001:db8:0:0::1"));
  assert.ok(!holds("::/0", "10.0.0.1"));
  assert.ok(!holds("0.0.0.0/0", "2001:db8::1"));
});

Deno.test("what programs read differently is no range", () => {
  for (const text of ["::ffff:10.0.0.0/24", "::ffff:10.0.0.0/104", "fe80::%eth0/64", "10.0.0/8"]) {
    assert.throws(() => parseCidr(text), TypeError, text);
  }
  for (const text of ["10.0.0.0/", "10.0.0.0/33", "::/129", "::/-1", "10.0.0.0/8/8"]) {
    assert.throws(() => parseCidr(text), TypeError, text);
  }
});
