import assert from "node:assert/strict";
import { FakeClock } from "../../base/fake_clock.ts";
import { ClaimWatch } from "./claim_watch.ts";

function start(...claims: string[]) {
  const clock = new FakeClock();
  const host = new Set(claims);
  const looks = { count: 0 };
  const watch = new ClaimWatch(clock, () => {
    looks.count++;
    return Promise.resolve(new Set(host));
  });
  return { clock, host, looks, watch };
}

const never = new AbortController().signal;

Deno.test("however many wait, the host is looked at once a second, and not when nobody does", async () => {
  const { clock, host, looks, watch } = start("a", "b", "c");
  const free: string[] = [];
  for (const claim of ["a", "b", "c"]) {
    watch.released(claim, never).then(() => free.push(claim));
  }
  await clock.advance(5_000);
  assert.deepEqual([free, looks.count], [[], 5]);
  host.delete("b");
  await clock.advance(1_000);
  assert.deepEqual([free, looks.count], [["b"], 6]);
  host.clear();
  await clock.advance(1_000);
  assert.deepEqual(free, ["b", "a", "c"]);
  assert.equal(clock.pending, 0);
});

Deno.test("who no longer wants to know is told so, and looked for no longer", async () => {
  const { clock, looks, watch } = start("a");
  const controller = new AbortController();
  const released = watch.released("a", controller.signal);
  controller.abort(new Error("enough"));
  await assert.rejects(released, /enough/);
  await clock.advance(1_000);
  assert.deepEqual([looks.count, clock.pending], [0, 0]);
});

Deno.test("where the kernel does not say who listens nobody waits for ever", async () => {
  const clock = new FakeClock();
  using watch = new ClaimWatch(clock, () => Promise.reject(new Error("no /proc")));
  const released = watch.released("a", never);
  await clock.advance(1_000);
  assert.equal(await released, undefined);
  assert.equal(clock.pending, 0);
});

Deno.test("a look that is under way when the watch ends starts no other", async () => {
  const clock = new FakeClock();
  const look = Promise.withResolvers<ReadonlySet<string>>();
  const watch = new ClaimWatch(clock, () => look.promise);
  void watch.released("a", never);
  await clock.advance(1_000);
  watch[Symbol.dispose]();
  look.resolve(new Set(["a"]));
  await look.promise;
  assert.equal(clock.pending, 0);
});
