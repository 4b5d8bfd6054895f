import assert from "node:assert/strict";
import { FakeClock } from "../../../base/fake_clock.ts";
import { silentLogger } from "../../../base/logger.ts";
import { type DnsAnswer, systemDnsLookup } from "./dns_lookup.ts";
import { HostNameResolver } from "./host_name_resolver.ts";

const name = "node-1.example";

/** A resolver whose name server says what `zone` says, with a clock that a test moves. */
function setUp(permits = (_address: string) => true) {
  const zone = { A: { addresses: [], ttl: 30 } as DnsAnswer, AAAA: { addresses: [] } as DnsAnswer };
  const broken = new Set<"A" | "AAAA">();
  let asked = 0;
  const clock = new FakeClock();
  const resolver = new HostNameResolver({
    async lookup(hostname, record) {
      assert.equal(hostname, name);
      asked++;
      if (broken.has(record)) throw new Error("no server could be reached");
      return zone[record];
    },
    permits,
    log: silentLogger,
    clock,
    random: () => 0,
  });
  const changes: string[] = [];
  resolver.subscribe((hostname) => changes.push(hostname));
  return { zone, broken, clock, resolver, changes, asked: () => asked };
}

Deno.test("a name is resolved when it is first asked for, and again when its time is over", async () => {
  const { zone, clock, resolver, changes } = setUp();
  zone.A = { addresses: ["10.0.0.2", "10.0.0.1"], ttl: 30 };
  assert.equal(resolver.lookup(name), undefined);
  await clock.advance(0);
  assert.deepEqual(resolver.lookup(name), ["10.0.0.1", "10.0.0.2"]);
  zone.A = { addresses: ["10.0.0.3"], ttl: 30 };
  zone.AAAA = { addresses: ["2001:db8::1"], ttl: 60 };
  await clock.advance(29_999);
  assert.deepEqual(resolver.lookup(name), ["10.0.0.1", "10.0.0.2"]);
  await clock.advance(1);
  assert.deepEqual(resolver.lookup(name), ["10.0.0.3", "2001:db8::1"]);
  assert.deepEqual(changes, [name, name]);
});

Deno.test("an answer in another order is no change", async () => {
  const { zone, clock, resolver, changes } = setUp();
  zone.A = { addresses: ["10.0.0.1", "10.0.0.2"], ttl: 30 };
  resolver.lookup(name);
  await clock.advance(0);
  zone.A = { addresses: ["10.0.0.2", "10.0.0.1", "10.0.0.1"], ttl: 30 };
  await clock.advance(30_000);
  assert.deepEqual(changes, [name]);
});

Deno.test("a very short or very long time is neither obeyed", async () => {
  const { zone, clock, resolver, asked } = setUp();
  zone.A = { addresses: ["10.0.0.1"], ttl: 0 };
  resolver.lookup(name);
  await clock.advance(4_999);
  assert.equal(asked(), 2);
  zone.A = { addresses: ["10.0.0.1"], ttl: 86_400 };
  await clock.advance(1);
  assert.equal(asked(), 4);
  await clock.advance(300_000);
  assert.equal(asked(), 6);
});

Deno.test("a failed lookup keeps the last answer and is repeated with growing pauses", async () => {
  const { zone, broken, clock, resolver, changes, asked } = setUp();
  zone.A = { addresses: ["10.0.0.1"], ttl: 30 };
  resolver.lookup(name);
  await clock.advance(0);
  broken.add("A").add("AAAA");
  await clock.advance(30_000);
  assert.equal(asked(), 4);
  await clock.advance(1_000);
  assert.equal(asked(), 6);
  await clock.advance(1_999);
  assert.equal(asked(), 6);
  assert.deepEqual(resolver.lookup(name), ["10.0.0.1"]);
  broken.clear();
  zone.A = { addresses: ["10.0.0.9"], ttl: 30 };
  await clock.advance(1);
  assert.deepEqual(resolver.lookup(name), ["10.0.0.9"]);
  assert.deepEqual(changes, [name, name]);
});

Deno.test("a name that suddenly has no address keeps those it had", async () => {
  const { zone, clock, resolver } = setUp();
  zone.A = { addresses: ["10.0.0.1"], ttl: 30 };
  resolver.lookup(name);
  await clock.advance(0);
  zone.A = { addresses: [] };
  await clock.advance(60_000);
  assert.deepEqual(resolver.lookup(name), ["10.0.0.1"]);
});

Deno.test("the addresses of a family that cannot be asked for stay", async () => {
  const { zone, broken, clock, resolver } = setUp();
  zone.A = { addresses: ["10.0.0.1"], ttl: 30 };
  zone.AAAA = { addresses: ["2001:db8::1"], ttl: 30 };
  resolver.lookup(name);
  await clock.advance(0);
  broken.add("AAAA");
  zone.A = { addresses: ["10.0.0.2"], ttl: 30 };
  await clock.advance(30_000);
  assert.deepEqual(resolver.lookup(name), ["10.0.0.2", "2001:db8::1"]);
});

Deno.test("addresses that may not be endpoints are left out", async () => {
  const { zone, clock, resolver, changes } = setUp((address) => !address.startsWith("127."));
  zone.A = { addresses: ["127.0.0.1", "10.0.0.1"], ttl: 30 };
  resolver.lookup(name);
  await clock.advance(0);
  assert.deepEqual(resolver.lookup(name), ["10.0.0.1"]);
  zone.A = { addresses: ["127.0.0.1"], ttl: 30 };
  await clock.advance(30_000);
  assert.deepEqual(
    resolver.lookup(name),
    [],
    "a name that moved to a forbidden place is not served",
  );
  assert.equal(changes.length, 2);
});

Deno.test("a name that is released, and a resolver that is disposed of, ask no more", async () => {
  const { clock, resolver, asked } = setUp();
  resolver.lookup(name);
  await clock.advance(0);
  resolver.release(name);
  await clock.advance(600_000);
  assert.equal(asked(), 2);
  resolver.lookup(name);
  resolver[Symbol.dispose]();
  await clock.advance(600_000);
  assert.equal(clock.pending, 0);
  assert.equal(resolver.size, 0);
});

Deno.test("the system's own resolver knows localhost, and knows that some names do not exist", async () => {
  const lookup = systemDnsLookup();
  const { addresses, ttl } = await lookup("localhost", "A");
  assert.deepEqual(addresses, ["127.0.0.1"]);
  assert(ttl !== undefined && ttl > 0);
  // RFC 6761: never looked up, never there.
  assert.deepEqual(await lookup("nosuch.invalid", "A"), { addresses: [] });
});

Deno.test("what cannot be a host name is not asked for", async () => {
  const { clock, resolver, asked } = setUp();
  for (
    const text of ["", "a..b", "-a", "a b", "x".repeat(64), `${"a.".repeat(127)}b`, "ä.example"]
  ) {
    assert.equal(resolver.lookup(text), undefined, text);
  }
  await clock.advance(0);
  assert.equal(asked(), 0);
  assert.equal(resolver.size, 0);
});

Deno.test("a name that cannot be looked up is complained of once, until it was well again", async () => {
  const warnings: string[] = [];
  const clock = new FakeClock();
  let broken = true;
  using resolver = new HostNameResolver({
    async lookup(_hostname, record) {
      if (broken) throw new Error("no server could be reached");
      return { addresses: record === "A" ? ["10.0.0.1"] : [], ttl: 30 };
    },
    permits: () => true,
    log: { ...silentLogger, warn: (message) => void warnings.push(message) },
    clock,
    random: () => 0,
  });
  resolver.lookup(name);
  await clock.advance(10_000);
  assert.equal(warnings.length, 1);
  broken = false;
  await clock.advance(60_000);
  broken = true;
  await clock.advance(60_000);
  assert.equal(warnings.length, 2);
});
