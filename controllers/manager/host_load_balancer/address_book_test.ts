import assert from "node:assert/strict";
import fc from "fast-check";
import { AddressBook, type AddressRequest } from "./address_book.ts";
import { parseAddressRange } from "./address_range.ts";

function owner(name: string, created = 0) {
  return { name, created, uid: name };
}

const web: AddressRequest = { families: ["IPv4"], optional: true, ports: ["TCP/80"] };

function bookOf(...ranges: string[]): AddressBook {
  return new AddressBook(ranges.map(parseAddressRange));
}

function addressesOf(book: AddressBook, name: string, request: Partial<AddressRequest> = {}) {
  const answer = book.assign(owner(name), { ...web, ...request });
  return answer.kind === "assigned" ? answer.addresses : answer.kind;
}

Deno.test("each Service gets an address of its own, and keeps it", () => {
  const book = bookOf("192.0.2.0/30");
  assert.deepEqual(addressesOf(book, "a"), ["192.0.2.0"]);
  assert.deepEqual(addressesOf(book, "b"), ["192.0.2.1"]);
  assert.deepEqual(addressesOf(book, "a"), ["192.0.2.0"]);
});

Deno.test("an exhausted pool says so, and recovers when an address is freed", () => {
  const book = bookOf("192.0.2.7");
  addressesOf(book, "a");
  assert.equal(addressesOf(book, "b"), "exhausted");
  assert.equal(book.forget("a"), true);
  assert.deepEqual(addressesOf(book, "b"), ["192.0.2.7"]);
});

Deno.test("a freed address is the last to be given out again", () => {
  const book = bookOf("192.0.2.0-192.0.2.2");
  addressesOf(book, "a");
  book.forget("a");
  assert.deepEqual(addressesOf(book, "b"), ["192.0.2.1"]);
  assert.deepEqual(addressesOf(book, "c"), ["192.0.2.2"]);
  assert.deepEqual(addressesOf(book, "d"), ["192.0.2.0"]);
});

Deno.test("what is reserved goes to the Service of that name only, and only if nobody has it", () => {
  const book = bookOf("192.0.2.0/24", "2001:db8::/64");
  book.hold(owner("b"), ["192.0.2.8"], ["TCP/80"]);
  book.reserve(owner("a"), ["192.0.2.8", "192.0.2.9", "2001:db8:0::9", "198.51.100.1"], ["TCP/80"]);
  assert.equal(addressesOf(book, "acme/thief", { address: "192.0.2.9" }), "unavailable");
  assert.deepEqual(addressesOf(book, "a", { families: ["IPv6", "IPv4"] }), [
    "2001:db8::9",
    "192.0.2.9",
  ]);
});

Deno.test("a Service that is forgotten keeps what is reserved for its successor", () => {
  const book = bookOf("192.0.2.0/24", "2001:db8::/64");
  addressesOf(book, "a", { families: ["IPv4", "IPv6"] });
  assert.equal(book.forget("a", ["192.0.2.0", "2001:db8:0::0"]), false);
  assert.equal(book.forget("a", ["192.0.2.0", "192.0.2.77"]), true);
  assert.equal(addressesOf(book, "acme/b", { address: "192.0.2.0" }), "unavailable");
  assert.deepEqual(addressesOf(book, "acme/b", { address: "2001:db8::" }), ["2001:db8::"]);
  assert.deepEqual(addressesOf(book, "acme/c", { address: "192.0.2.77" }), ["192.0.2.77"]);
  assert.equal(book.forget("a"), true);
  assert.deepEqual(addressesOf(book, "acme/d", { address: "192.0.2.0" }), ["192.0.2.0"]);
});

Deno.test("what the Services say they have is not given to others", () => {
  const book = bookOf("192.0.2.0/31");
  book.hold(owner("a"), ["192.0.2.0"], ["TCP/80"]);
  assert.deepEqual(addressesOf(book, "b"), ["192.0.2.1"]);
  assert.deepEqual(addressesOf(book, "a"), ["192.0.2.0"]);
});

Deno.test("a requested address is shared when the ports differ", () => {
  const book = bookOf("192.0.2.0/24");
  const address = "192.0.2.9";
  assert.deepEqual(addressesOf(book, "a", { address }), [address]);
  assert.deepEqual(addressesOf(book, "b", { address, ports: ["TCP/443"] }), [address]);
  assert.deepEqual(addressesOf(book, "c", { address, ports: ["UDP/80"] }), [address]);
  assert.equal(addressesOf(book, "d", { address }), "unavailable");
});

Deno.test("tenants never share an address, whatever their ports", () => {
  const book = bookOf("192.0.2.0/24");
  const address = "192.0.2.9";
  assert.deepEqual(addressesOf(book, "tenant-a/web", { address }), [address]);
  assert.deepEqual(addressesOf(book, "tenant-a/tls", { address, ports: ["TCP/443"] }), [address]);
  const request = { ...web, address, ports: ["TCP/8443"] };
  const answer = book.assign(owner("tenant-b/web"), request);
  assert.equal(answer.kind, "unavailable");
  assert.ok(answer.kind === "unavailable" && !answer.message.includes("tenant-a"), "tells nothing");
  assert.match(answer.message, /in use by another tenant: ask for another in spec\.loadBalancerIP/);
});

Deno.test("a full range is searched again once an address of it is freed", () => {
  const book = bookOf("192.0.2.0/31");
  addressesOf(book, "a");
  addressesOf(book, "b");
  assert.equal(addressesOf(book, "c"), "exhausted");
  assert.equal(addressesOf(book, "d"), "exhausted");
  book.forget("b");
  assert.deepEqual(addressesOf(book, "d"), ["192.0.2.1"]);
});

Deno.test("a requested address outside the pool is not given", () => {
  assert.equal(
    addressesOf(bookOf("192.0.2.0/24"), "a", { address: "198.51.100.1" }),
    "unavailable",
  );
  assert.equal(addressesOf(bookOf("192.0.2.0/24"), "a", { address: "2001:db8::1" }), "unavailable");
});

Deno.test("a Service that asks for another address moves there", () => {
  const book = bookOf("192.0.2.0/24");
  addressesOf(book, "a");
  assert.deepEqual(addressesOf(book, "a", { address: "192.0.2.9" }), ["192.0.2.9"]);
  assert.deepEqual(addressesOf(book, "b", { address: "192.0.2.0" }), ["192.0.2.0"]);
});

Deno.test("of two that hold the same address and port the older keeps it", () => {
  const book = bookOf("192.0.2.0/24");
  book.hold(owner("younger", 2), ["192.0.2.0"], ["TCP/80"]);
  book.hold(owner("older", 1), ["192.0.2.0"], ["TCP/80"]);
  const older = book.assign(owner("older", 1), web);
  assert.deepEqual(older, { kind: "assigned", addresses: ["192.0.2.0"] });
  const younger = book.assign(owner("younger", 2), web);
  assert.deepEqual(younger, { kind: "assigned", addresses: ["192.0.2.1"] });
});

Deno.test("dual stack takes one address of each family", () => {
  const both: Partial<AddressRequest> = { families: ["IPv6", "IPv4"] };
  assert.deepEqual(addressesOf(bookOf("192.0.2.1", "2001:db8::/64"), "a", both), [
    "2001:db8::",
    "192.0.2.1",
  ]);
  assert.deepEqual(addressesOf(bookOf("2001:db8::1"), "a", both), ["2001:db8::1"]);
  const required = { ...both, optional: false };
  assert.equal(addressesOf(bookOf("2001:db8::1"), "a", required), "exhausted");
});

Deno.test("ranges are read in three notations, and nothing else", () => {
  assert.equal(parseAddressRange("10.0.0.5/24").first, parseAddressRange("10.0.0.0").first);
  assert.equal(parseAddressRange("10.0.0.0/24").last, parseAddressRange("10.0.0.255").last);
  assert.equal(parseAddressRange("10.0.0.1-10.0.0.3").last, parseAddressRange("10.0.0.3").last);
  const wrong = [
    "",
    "10.0.0.0/33",
    "10.0.0.3-10.0.0.1",
    "10.0.0.1-::1",
    "a",
    "1.2.3.4-",
    "1.2.3.4/8/8",
  ];
  const mapped = ["::ffff:192.0.2.0/24", "::ffff:192.0.2.0/120"];
  for (const text of [...wrong, ...mapped, "fe80::1%eth0", "2001:db8::/129"]) {
    assert.throws(() => parseAddressRange(text), TypeError, text);
  }
});

Deno.test("addresses that no client can reach are no pool", () => {
  for (const text of ["0.0.0.0/0", "0.0.0.0", "::", "::/64", "::-::1", "::/0", "239.1.2.3"]) {
    assert.throws(() => parseAddressRange(text), /cannot be given to load balancers/, text);
  }
  assert.throws(() => parseAddressRange("fe80::/64"), /fe80::\/10 are link-local addresses/);
  assert.throws(() => parseAddressRange("ff02::1"), /multicast/);
  assert.equal(parseAddressRange("::1/128").first, 1n);
});

Deno.test("a pool as large as IPv6 has them is no more work than a small one", () => {
  const book = bookOf("2001:db8::/64", "2001:db8:1::/127", "2001:db8::/126");
  const six: Partial<AddressRequest> = { families: ["IPv6"] };
  for (let number = 0; number < 100; number++) addressesOf(book, `${number}`, six);
  assert.deepEqual(addressesOf(book, "next", six), ["2001:db8::64"]);
  const taken = { ...six, address: "2001:DB8:0::64" };
  assert.equal(addressesOf(book, "same", taken), "unavailable", "in another notation");
  assert.deepEqual(addressesOf(book, "far", { address: "2001:db8::ffff:0:0:1" }), [
    "2001:db8::ffff:0:0:1",
  ]);
});

Deno.test("ranges that overlap give no address twice", () => {
  const book = bookOf("2001:db8::/127", "2001:db8::/126");
  const given = ["a", "b", "c", "d"].map((name) => addressesOf(book, name, { families: ["IPv6"] }));
  assert.deepEqual(given.flat(), ["2001:db8::", "2001:db8::1", "2001:db8::2", "2001:db8::3"]);
  assert.equal(addressesOf(book, "e", { families: ["IPv6"] }), "exhausted");
});

Deno.test("what a Service has in another notation is known to be taken", () => {
  const book = bookOf("2001:db8::/127");
  book.hold(owner("a"), ["2001:DB8:0:0::0"], ["TCP/80"]);
  assert.deepEqual(addressesOf(book, "b", { families: ["IPv6"] }), ["2001:db8::1"]);
  assert.deepEqual(addressesOf(book, "a", { families: ["IPv6"] }), ["2001:db8::"]);
});

Deno.test("a Service that wants a second family gets it beside what it has, and gives it back", () => {
  const book = bookOf("192.0.2.0/30", "2001:db8::/126");
  const single: Partial<AddressRequest> = { families: ["IPv4"] };
  const dual: Partial<AddressRequest> = { families: ["IPv4", "IPv6"] };
  assert.deepEqual(addressesOf(book, "a", single), ["192.0.2.0"]);
  assert.deepEqual(addressesOf(book, "a", dual), ["192.0.2.0", "2001:db8::"]);
  assert.deepEqual(addressesOf(book, "a", { families: ["IPv6"] }), ["2001:db8::"]);
  assert.deepEqual(addressesOf(book, "b", { address: "192.0.2.0" }), ["192.0.2.0"]);
  // Its family is not asked for any more, but it is what clients know.
  assert.deepEqual(addressesOf(book, "a", single), ["2001:db8::"]);
});

Deno.test("an older Service does not take a port that a younger one serves already", () => {
  const book = bookOf("192.0.2.0/24");
  const address = "192.0.2.0";
  book.assign(owner("younger", 2), { ...web, address });
  book.assign(owner("older", 1), { ...web, address, ports: ["TCP/81"] });
  const moved = book.assign(owner("older", 1), { ...web, ports: ["TCP/80"] });
  assert.deepEqual(moved, { kind: "assigned", addresses: ["192.0.2.1"] });
  const refused = book.assign(owner("older", 1), { ...web, address });
  assert.deepEqual(refused, {
    kind: "unavailable",
    message: "the address 192.0.2.0 serves the same port of Service younger already: " +
      "ask for another in spec.loadBalancerIP, or for none",
  });
});

Deno.test("no address and port ever belongs to two Services, whatever comes and goes", () => {
  const step = fc.record({
    name: fc.constantFrom("a", "b", "c", "d", "e"),
    leave: fc.boolean(),
    address: fc.option(fc.constantFrom("192.0.2.0", "192.0.2.1"), { nil: undefined }),
    port: fc.constantFrom("TCP/80", "TCP/81"),
  });
  fc.assert(fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
    const book = bookOf("192.0.2.0/30");
    const held = new Map<string, string[]>();
    for (const { name, leave, address, port } of steps) {
      held.delete(name);
      if (leave) {
        book.forget(name);
        continue;
      }
      const request = { ...web, ports: [port], ...(address && { address }) };
      const answer = book.assign(owner(name), request);
      if (answer.kind !== "assigned") continue;
      held.set(name, answer.addresses.map((taken) => `${taken} ${port}`));
      const all = [...held.values()].flat();
      assert.equal(new Set(all).size, all.length);
    }
  }));
});
