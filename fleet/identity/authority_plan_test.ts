import assert from "node:assert/strict";
import { createAuthority, type KeyPair } from "../../base/certificates.ts";
import {
  type Authorities,
  type AuthorityPlan,
  backdating,
  type Lifetimes,
  planAuthority,
  promoted,
  trustBundle,
} from "./authority_plan.ts";

const lifetimes: Lifetimes = {
  authority: 100_000_000,
  authorityRenewal: 40_000_000,
  announcement: 5_000_000,
  leaf: 20_000_000,
};
const start = 1_800_000_000_000;

function madeAt(time: number): Promise<KeyPair> {
  const notAfter = time + lifetimes.authority;
  return createAuthority("test", { notBefore: time - backdating, notAfter });
}

Deno.test("without an authority one is made", () => {
  assert.deepEqual(planAuthority(undefined, lifetimes, start), { kind: "create" });
});

Deno.test("an authority is kept until its successor has to be made", async () => {
  const authorities = { current: await madeAt(start), retired: [] };
  assert.deepEqual(planAuthority(authorities, lifetimes, start), {
    kind: "keep",
    for: 60_000_000,
  });
  assert.equal(planAuthority(authorities, lifetimes, start + 60_000_000).kind, "announce");
});

Deno.test("a successor signs only when everyone has had the time to trust it", async () => {
  const made = start + 60_000_000;
  const authorities = { current: await madeAt(start), next: await madeAt(made), retired: [] };
  assert.deepEqual(planAuthority(authorities, lifetimes, made), { kind: "keep", for: 5_000_000 });
  assert.equal(planAuthority(authorities, lifetimes, made + 5_000_000).kind, "promote");
  const after = promoted(authorities);
  assert.deepEqual(after, {
    current: authorities.next,
    retired: [authorities.current.certificate],
  });
});

Deno.test("the successor of one that has expired signs at once: nobody is connected any more", async () => {
  const now = start + lifetimes.authority;
  const current = await madeAt(start);
  assert.equal(planAuthority({ current, retired: [] }, lifetimes, now).kind, "announce");
  const authorities = { current, next: await madeAt(now), retired: [] };
  assert.equal(planAuthority(authorities, lifetimes, now).kind, "promote");
  const after = promoted(authorities);
  assert.deepEqual(planAuthority(after, lifetimes, now), { kind: "forget", retired: [] });
});

Deno.test("what a retired authority has signed is trusted as long as it can be valid", async () => {
  const old = await madeAt(start);
  const authorities = {
    current: await madeAt(start + 60_000_000),
    retired: [old.certificate],
  };
  const end = start + lifetimes.authority;
  assert.equal(planAuthority(authorities, lifetimes, end - 1000).kind, "keep");
  assert.deepEqual(planAuthority(authorities, lifetimes, end), { kind: "forget", retired: [] });
});

Deno.test("over years there is always a valid authority, and no leaf outlives the trust in it", async () => {
  let authorities: Authorities | undefined;
  let leaf: { signedBy: string; until: number } | undefined;
  const seen: AuthorityPlan["kind"][] = [];
  for (let now = start; now < start + 4 * lifetimes.authority; now += 1_000_000) {
    const plan = planAuthority(authorities, lifetimes, now);
    seen.push(plan.kind);
    if (plan.kind === "create") authorities = { current: await madeAt(now), retired: [] };
    if (plan.kind === "announce") authorities = { ...authorities!, next: await madeAt(now) };
    if (plan.kind === "promote") authorities = promoted(authorities!);
    if (plan.kind === "forget") authorities = { ...authorities!, retired: plan.retired };
    // Some Envoy got its certificate a while ago, from whoever signed then.
    if (leaf !== undefined && now < leaf.until) {
      assert.ok(trustBundle(authorities!).includes(leaf.signedBy.trim()));
    } else {
      const signedBy = authorities!.current.certificate;
      leaf = { signedBy, until: now + lifetimes.leaf };
    }
  }
  assert.equal(seen.filter((kind) => kind === "create").length, 1);
  assert.ok(seen.filter((kind) => kind === "promote").length >= 5);
});
