import assert from "node:assert/strict";
import type { TokenReview } from "../../../apis/authentication/v1.ts";
import { FakeClock } from "../../../base/fake_clock.ts";
import { TokenReviewer } from "./token_reviewer.ts";

type Status = NonNullable<TokenReview["status"]>;

const good: Status = {
  authenticated: true,
  audiences: ["kubelb-xds"],
  user: { username: "system:serviceaccount:tenant-a:kubelb-envoy" },
};

/** A token that says when it expires; seconds since 1970. */
function tokenUntil(exp: number): string {
  return `e30.${btoa(JSON.stringify({ exp }))}.c2ln`;
}

/** An API server that answers with `status`; `asked` counts. */
function start(status: Status | Error) {
  const clock = new FakeClock();
  const asked: TokenReview["spec"][] = [];
  const client = {
    create(_type: unknown, object: { spec: TokenReview["spec"] }) {
      asked.push(object.spec);
      return status instanceof Error
        ? Promise.reject(status)
        : Promise.resolve({ ...object, status });
    },
  } as unknown as ConstructorParameters<typeof TokenReviewer>[0]["client"];
  return {
    clock,
    asked,
    reviewer: new TokenReviewer({ client, serviceAccount: "kubelb-envoy", clock }),
  };
}

Deno.test("the token of an Envoy's ServiceAccount opens the fleet of its namespace until it expires", async () => {
  const { clock, reviewer, asked } = start(good);
  const exp = Math.floor(clock.now() / 1000) + 3_600;
  const token = tokenUntil(exp);
  assert.deepEqual(await reviewer.review(token), {
    identity: { fleet: "tenant-a", until: exp * 1000 },
  });
  assert.deepEqual(asked, [{ token, audiences: ["kubelb-xds"] }]);
});

const refused: Record<string, [Status, RegExp]> = {
  "a token that the API server does not know": [{ authenticated: false }, /not valid/],
  "an answer that says nothing": [{}, /not valid/],
  "a token for another audience": [{ ...good, audiences: ["https://kubernetes"] }, /audience/],
  "an answer without audiences": [{ ...good, audiences: [] }, /audience/],
  "another ServiceAccount": [
    { ...good, user: { username: "system:serviceaccount:tenant-a:kubelb-ccm" } },
    /not that of an Envoy/,
  ],
  "a person of that name": [
    { ...good, user: { username: "kubelb-envoy" } },
    /not that of an Envoy/,
  ],
  "a name with one part more": [
    { ...good, user: { username: "system:serviceaccount:tenant-a:kubelb-envoy:x" } },
    /not that of an Envoy/,
  ],
};

for (const [what, [status, message]] of Object.entries(refused)) {
  Deno.test(`${what} opens nothing`, async () => {
    const verdict = await start(status).reviewer.review(tokenUntil(4e9));
    assert.ok("refused" in verdict);
    assert.match(verdict.refused, message);
  });
}

Deno.test("without a token nobody is asked", async () => {
  const { reviewer, asked } = start(good);
  assert.deepEqual(await reviewer.review(undefined), { refused: "a bearer token is needed" });
  assert.equal(asked.length, 0);
});

Deno.test("an answer holds for a minute, a refusal for ten seconds, and no longer than the token", async () => {
  for (const [status, holds] of [[good, 60_000], [{}, 10_000]] as const) {
    const { clock, reviewer, asked } = start(status);
    const ask = () => reviewer.review(tokenUntil(4e9));
    await ask();
    await clock.advance(holds - 1);
    await ask();
    assert.equal(asked.length, 1);
    await clock.advance(1);
    await ask();
    assert.equal(asked.length, 2);
  }
  const { clock, reviewer, asked } = start(good);
  const token = tokenUntil(Math.floor(clock.now() / 1000) + 5);
  await reviewer.review(token);
  await clock.advance(5_000);
  await reviewer.review(token);
  assert.equal(asked.length, 2);
});

Deno.test("many streams of one Envoy cost one question", async () => {
  const { reviewer, asked } = start(good);
  await Promise.all(Array.from({ length: 20 }, () => reviewer.review(tokenUntil(4e9))));
  assert.equal(asked.length, 1);
});

Deno.test("an API server that cannot be asked is no answer, and is asked again", async () => {
  const { reviewer, asked } = start(new Error("connection refused"));
  for (let i = 0; i < 2; i++) await assert.rejects(reviewer.review(tokenUntil(4e9)), /refused/);
  assert.equal(asked.length, 2);
});
