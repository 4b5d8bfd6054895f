import assert from "node:assert/strict";
import fc from "fast-check";
import { parseListenAddress } from "./listen_address.ts";

Deno.test("addresses are read as Go programs write them", () => {
  assert.deepEqual(parseListenAddress(":8081"), { port: 8081 });
  assert.deepEqual(parseListenAddress("127.0.0.1:8001"), { hostname: "127.0.0.1", port: 8001 });
  assert.deepEqual(parseListenAddress("[::1]:80"), { hostname: "::1", port: 80 });
  assert.deepEqual(parseListenAddress("localhost:0"), { hostname: "localhost", port: 0 });
});

Deno.test("0 and nothing mean: do not listen", () => {
  assert.equal(parseListenAddress("0"), undefined);
  assert.equal(parseListenAddress(""), undefined);
});

for (const text of ["8081", "host", ":", ":x", "::1:80", ":65536", "a:b:80", "[::1]"]) {
  Deno.test(`"${text}" is refused, and the message says how to write it`, () => {
    assert.throws(() => parseListenAddress(text), /is not a listen address: write host:port/);
  });
}

Deno.test("nothing but an error or an address with a legal port comes out", () => {
  fc.assert(fc.property(fc.string(), (text) => {
    try {
      const address = parseListenAddress(text);
      assert(address === undefined || (address.port >= 0 && address.port <= 65535));
    } catch (error) {
      assert.match((error as Error).message, /is not a listen address/);
    }
  }));
});
