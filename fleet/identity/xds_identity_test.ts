import assert from "node:assert/strict";
import { createAuthority, type KeyPair, validityOf } from "../../base/certificates.ts";
import { FakeClock } from "../../base/fake_clock.ts";
import { backdating } from "./authority_plan.ts";
import { XdsIdentity } from "./xds_identity.ts";

const day = 24 * 60 * 60 * 1000;

async function start() {
  const clock = new FakeClock();
  const identity = new XdsIdentity(clock);
  const changes = { count: 0 };
  identity.changes.subscribe(() => void changes.count++);
  const authority = (days: number): Promise<KeyPair> =>
    createAuthority("test", {
      notBefore: clock.now() - backdating,
      notAfter: clock.now() + days * day,
    });
  return { clock, identity, changes, authority };
}

Deno.test("a certificate lives for 30 days, and is replaced after 15", async () => {
  const { clock, identity, authority } = await start();
  identity.use({ current: await authority(365), retired: [] });
  const { certificate, renewAt } = await identity.issueFleet("tenant-a");
  assert.equal(validityOf(certificate).notAfter, clock.now() + 30 * day);
  assert.equal(renewAt, clock.now() + 15 * day);
  assert.equal(await identity.renewalOf(certificate), renewAt);
});

Deno.test("no certificate outlives its authority, and then none is renewed for nothing", async () => {
  const { clock, identity, authority } = await start();
  identity.use({ current: await authority(7), retired: [] });
  const { certificate, renewAt } = await identity.issueManager();
  const end = clock.now() + 7 * day;
  assert.deepEqual([validityOf(certificate).notAfter, renewAt], [end, end]);
});

Deno.test("an authority that is not known, or has expired, issues nothing and says so", async () => {
  const { clock, identity, authority } = await start();
  assert.throws(() => identity.trust(), /not known yet/);
  await assert.rejects(identity.issueFleet("tenant-a"), /not known yet/);
  identity.use({ current: await authority(1), retired: [] });
  assert.equal(identity.problem, undefined);
  await clock.advance(day);
  assert.match(identity.problem!, /expired \(2026-01-02/);
  await assert.rejects(identity.issueFleet("tenant-a"), /expired/);
});

Deno.test("what another authority has signed is to be replaced at once", async () => {
  const { clock, identity, authority } = await start();
  const old = await authority(365);
  identity.use({ current: old, retired: [] });
  const { certificate } = await identity.issueFleet("tenant-a");
  identity.use({ current: await authority(365), retired: [old.certificate] });
  assert.equal(await identity.renewalOf(certificate), clock.now());
});

Deno.test("authorities that are in force already are no news", async () => {
  const { identity, changes, authority } = await start();
  const [current, next] = [await authority(365), await authority(365)];
  identity.use({ current, retired: [] });
  identity.use({ current: { ...current }, retired: [] });
  assert.equal(changes.count, 1);
  identity.use({ current, next, retired: [] });
  identity.use({ current: next, retired: [current.certificate] });
  assert.equal(changes.count, 3);
});
