import assert from "node:assert/strict";
import { FakeClock } from "../base/fake_clock.ts";
import { createLogger } from "../base/logger.ts";
import { ApiError, type ApiErrorReason } from "./api_error.ts";
import type { Credential } from "./credential.ts";
import { shortLivedCredential } from "./short_lived_credential.ts";

const minute = 60_000;
const ofAccount = (sub: string) => `Bearer e30.${btoa(JSON.stringify({ sub }))}.c2ln`;
const long = ofAccount("system:serviceaccount:tenant-acme:kubelb-ccm");

class Fixture {
  readonly clock = new FakeClock();
  readonly lines: string[] = [];
  base = long;
  refuses: ApiErrorReason | undefined;
  asked = 0;
  readonly credential: Credential;

  constructor() {
    const log = createLogger({
      clock: this.clock,
      write: (line) => this.lines.push(JSON.parse(line).message),
    });
    this.credential = shortLivedCredential({
      base: { identity: () => Promise.resolve({ authorization: this.base }) },
      issue: () => this.#issue(),
      log,
      clock: this.clock,
      random: () => 0.5,
    });
  }

  /** What a request presents; then a token that was asked for has arrived. */
  async use(fresh = false): Promise<string | undefined> {
    const { authorization } = await this.credential.identity(fresh);
    await this.clock.advance(0);
    return authorization;
  }

  #issue() {
    this.asked++;
    const call = { verb: "create", path: "/" };
    if (this.refuses) return Promise.reject(new ApiError(this.refuses, "no", { call }));
    return Promise.resolve({ token: `short-${this.asked}`, lifetime: 60 * minute });
  }
}

Deno.test("the first request does not wait for a token, the next ones have it", async () => {
  const fixture = new Fixture();
  assert.equal(await fixture.use(), long);
  assert.equal(await fixture.use(), "Bearer short-1");
  await fixture.clock.advance(47 * minute);
  assert.equal(await fixture.use(), "Bearer short-1");
  assert.equal(fixture.asked, 1);
});

Deno.test("after four fifths of its life a token is renewed, and used until the new one is there", async () => {
  const fixture = new Fixture();
  await fixture.use();
  await fixture.clock.advance(48 * minute);
  assert.equal(await fixture.use(), "Bearer short-1");
  assert.equal(await fixture.use(), "Bearer short-2");
  assert.deepEqual(fixture.lines, ["uses short-lived tokens"]);
});

Deno.test("a token that cannot be renewed is used to its end, and then the base", async () => {
  const fixture = new Fixture();
  await fixture.use();
  fixture.refuses = "Unreachable";
  for (let passed = 0; passed < 59; passed++) {
    await fixture.clock.advance(minute);
    assert.equal(await fixture.use(), "Bearer short-1");
  }
  assert.ok(fixture.asked < 15, `asked ${fixture.asked} times`);
  await fixture.clock.advance(minute);
  assert.equal(await fixture.use(), long);
  fixture.refuses = undefined;
  await fixture.clock.advance(minute);
  await fixture.use();
  assert.match((await fixture.use())!, /^Bearer short-/);
});

Deno.test("a cluster that gives no tokens is told once and asked every ten minutes", async () => {
  for (const reason of ["Forbidden", "NotFound"] as const) {
    const fixture = new Fixture();
    fixture.refuses = reason;
    for (let passed = 0; passed < 60; passed++) {
      assert.equal(await fixture.use(), long);
      await fixture.clock.advance(minute);
    }
    assert.equal(fixture.asked, 6, reason);
    assert.equal(fixture.lines.length, 1, reason);
  }
});

Deno.test("why there are no tokens is said as it is", async () => {
  for (
    const [reason, words] of [
      ["Forbidden", /does not permit/],
      ["NotFound", /ServiceAccount, or the Secret of its token, is gone/],
      ["ResourceMissing", /gives no short-lived tokens/],
    ] as const
  ) {
    const fixture = new Fixture();
    fixture.refuses = reason;
    await fixture.use();
    assert.match(fixture.lines[0]!, words);
  }
});

Deno.test("a token that the server refuses is given up, and not replaced at once", async () => {
  const fixture = new Fixture();
  await fixture.use();
  assert.equal(await fixture.use(), "Bearer short-1");
  assert.equal(await fixture.use(true), long);
  assert.equal(await fixture.use(), long);
  assert.equal(fixture.asked, 1);
  await fixture.clock.advance(minute);
  await fixture.use();
  assert.equal(await fixture.use(), "Bearer short-2");
});

Deno.test("a base that was replaced is used to ask at once", async () => {
  const fixture = new Fixture();
  fixture.refuses = "Forbidden";
  await fixture.use();
  fixture.refuses = undefined;
  fixture.base = ofAccount("system:serviceaccount:tenant-acme:another");
  assert.equal(await fixture.use(true), fixture.base);
  await fixture.use();
  assert.equal(await fixture.use(), "Bearer short-2");
});

Deno.test("what is no ServiceAccount's token is used as it is", async () => {
  const fixture = new Fixture();
  fixture.base = "Basic YTpi";
  await fixture.use();
  assert.equal(await fixture.use(), "Basic YTpi");
  assert.equal(fixture.asked, 0);
  assert.deepEqual(fixture.lines, []);
});
