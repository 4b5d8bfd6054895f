import assert from "node:assert/strict";
import { FakeClock } from "../base/fake_clock.ts";
import type { Identity } from "./credential.ts";
import { sharedCredential } from "./shared_credential.ts";

function start() {
  const clock = new FakeClock();
  const runs: { fresh: boolean; resolve: (identity: Identity) => void }[] = [];
  const credential = sharedCredential((fresh) => {
    const { promise, resolve } = Promise.withResolvers<Identity>();
    runs.push({ fresh, resolve });
    return promise;
  }, clock);
  return { clock, runs, credential };
}

Deno.test("requests of the same time share one run, the next begins another", async () => {
  const { runs, credential, clock } = start();
  const answers = [true, false, true].map((fresh) => credential.identity(fresh));
  runs[0]!.resolve({ authorization: "one" });
  assert.deepEqual((await Promise.all(answers)).map((answer) => answer.authorization), [
    "one",
    "one",
    "one",
  ]);
  assert.equal(runs.length, 1);
  const next = credential.identity(false);
  runs[1]!.resolve({ authorization: "two" });
  assert.equal((await next).authorization, "two");
  assert.equal(clock.pending, 0, "no timer is left");
});

Deno.test("who was refused does not take the answer of a run that was not fresh", async () => {
  const { runs, credential } = start();
  const stale = credential.identity(false);
  const refused = credential.identity(true);
  assert.deepEqual(runs.map(({ fresh }) => fresh), [false, true]);
  const meanwhile = credential.identity(false);
  runs[0]!.resolve({ authorization: "stale" });
  runs[1]!.resolve({ authorization: "fresh" });
  assert.equal((await stale).authorization, "stale");
  assert.equal((await refused).authorization, "fresh");
  assert.equal((await meanwhile).authorization, "fresh");
  assert.equal(runs.length, 2);
});

Deno.test("a run that hangs fails after a minute, and the next request begins another", async () => {
  const { clock, runs, credential } = start();
  const hanging = assert.rejects(credential.identity(false), /no answer within 60000 ms/);
  await clock.advance(60_000);
  await hanging;
  const next = credential.identity(false);
  runs[1]!.resolve({ authorization: "well" });
  assert.equal((await next).authorization, "well");
});
