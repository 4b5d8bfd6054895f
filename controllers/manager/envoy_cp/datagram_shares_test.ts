import assert from "node:assert/strict";
import { datagramShares } from "./datagram_shares.ts";

Deno.test("there is a share for each port, and their number seldom changes", () => {
  const ports = [0, 1, 4, 5, 8, 9, 1_000];
  assert.deepEqual(ports.map(datagramShares), [4, 4, 4, 8, 8, 16, 1_024]);
});
