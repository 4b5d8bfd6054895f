import assert from "node:assert/strict";
import { FakeClock } from "../base/fake_clock.ts";
import { tokenCredential, tokenFileCredential } from "./credential.ts";

function fileOf(...contents: (string | Error)[]) {
  let reads = 0;
  const read = async () => {
    const content = contents[Math.min(reads++, contents.length - 1)]!;
    if (content instanceof Error) throw content;
    return content;
  };
  return { read, reads: () => reads };
}

Deno.test("a token becomes a bearer header", async () => {
  assert.deepEqual(await tokenCredential("abc").identity(false), { authorization: "Bearer abc" });
});

Deno.test("a token file is read again after a minute, or when the server refuses", async () => {
  const clock = new FakeClock();
  const file = fileOf("one\n", "two", "three");
  const credential = tokenFileCredential("/token", clock, file.read);
  const token = async (fresh = false) => (await credential.identity(fresh)).authorization;
  assert.equal(await token(), "Bearer one");
  await clock.advance(59_999);
  assert.equal(await token(), "Bearer one");
  await clock.advance(1);
  assert.equal(await token(), "Bearer two");
  assert.equal(await token(true), "Bearer three");
});

Deno.test("a token file that is gone for a moment does not fail calls", async () => {
  const clock = new FakeClock();
  const file = fileOf("one", new Error("no such file"), new Error("no such file"));
  const credential = tokenFileCredential("/token", clock, file.read);
  await credential.identity(false);
  await clock.advance(60_000);
  assert.equal((await credential.identity(false)).authorization, "Bearer one");
  await assert.rejects(credential.identity(true), /cannot read the token file \/token/);
});

Deno.test("an empty token file is an error that names it", async () => {
  const credential = tokenFileCredential("/token", new FakeClock(), fileOf(" \n").read);
  await assert.rejects(credential.identity(false), /cannot read the token file \/token/);
});
