import assert from "node:assert/strict";
import { seededRandom } from "../../base/random.ts";
import { partNames } from "../installation/parts.ts";
import { killPlan, roundsPerMinute } from "./kill_plan.ts";

const take = (seed: number, count: number) => killPlan(seededRandom(seed)).take(count).toArray();

Deno.test("a seed repeats its plan, and another makes another", () => {
  assert.deepEqual(take(7, 100), take(7, 100));
  assert.notDeepEqual(take(7, 100), take(8, 100));
});

Deno.test("ten minutes kill the manager a hundred times, and every other part too", () => {
  const victims = take(1, 10 * roundsPerMinute).flatMap((round) => round.victims);
  const count = (name: string) => victims.filter((victim) => victim === name).length;
  assert.equal(count("manager"), 100);
  assert.equal(count("Envoy"), 10);
  for (const name of partNames) assert.ok(count(name) >= 8, `${name}: ${count(name)}`);
});

Deno.test("Envoy dies alone, since only a living manager brings it back", () => {
  for (const { victims } of take(3, 500)) {
    if (victims.includes("Envoy")) assert.deepEqual(victims, ["Envoy"]);
    assert.equal(new Set(victims).size, victims.length);
  }
});
