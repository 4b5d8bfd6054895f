import assert from "node:assert/strict";
import { countLost, judge, type JudgedLoad, type LoadResult } from "./account.ts";

const lost = (began: number, ended = began + 1) => ({ at: 0, began, ended, reason: "refused" });

const load = (protocol: LoadResult["protocol"], sent: number, count: number): JudgedLoad =>
  judge({ name: "x", protocol, sent, lost: Array.from({ length: count }, () => lost(0)) }, []);

Deno.test("what was under way when Envoy died, or was made in the second after, is explained", () => {
  const requests = [
    lost(8_000, 9_999), // had failed before
    lost(9_500, 10_000), // under way
    lost(10_999),
    lost(11_001), // new ones must work by then
    lost(14_000), // it was back long ago
  ];
  const load: LoadResult = { name: "web", protocol: "TCP", sent: 100, lost: requests };
  const judged = judge(load, [{ at: 10_000, back: 1_200 }]);
  assert.deepEqual(judged.withEnvoy, [requests[1], requests[2]]);
  assert.deepEqual(judged.envoyLate, [requests[3]]);
  assert.deepEqual(judged.unexplained, [requests[0], requests[4]]);
  assert.equal(countLost({ calm: [], trouble: [judged] }), 3, "its being late is no excuse");
});

Deno.test("a lost connection counts in either phase", () => {
  const phases = { calm: [load("TCP", 100, 1)], trouble: [load("TCP", 100, 2)] };
  assert.equal(countLost(phases), 3);
});

Deno.test("datagrams count beyond the share that is lost without kills", () => {
  const after = (count: number) => ({
    calm: [load("UDP", 1_000, 1)],
    trouble: [load("UDP", 10_000, count)],
  });
  assert.equal(countLost(after(10)), 0);
  assert.equal(countLost(after(11)), 1);
  assert.equal(countLost({ calm: [load("UDP", 1_000, 0)], trouble: [load("UDP", 9, 1)] }), 1);
});
