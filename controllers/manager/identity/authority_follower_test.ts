import assert from "node:assert/strict";
import type { Secret } from "../../../apis/core/v1.ts";
import { createAuthority } from "../../../base/certificates.ts";
import { delay, systemClock } from "../../../base/clock.ts";
import { FakeClock } from "../../../base/fake_clock.ts";
import { silentLogger } from "../../../base/logger.ts";
import { XdsIdentity } from "../../../fleet/identity/xds_identity.ts";
import { ObjectCache } from "../../../kube/object_cache.ts";
import { AuthorityFollower } from "./authority_follower.ts";
import { authoritySecret } from "./authority_secret.ts";

const hour = 3_600_000;

async function start() {
  const clock = new FakeClock();
  const identity = new XdsIdentity(clock);
  const secrets = new ObjectCache<Secret>();
  const follower = new AuthorityFollower({ secrets, identity, log: silentLogger });
  const validity = { notBefore: clock.now(), notAfter: clock.now() + hour };
  const current = await createAuthority("test", validity);
  const secret = authoritySecret("kubelb", { current, retired: [] });
  const put = (resourceVersion: string) =>
    secrets.set({ ...secret, metadata: { ...secret.metadata, resourceVersion } });
  return { clock, identity, follower, put };
}

/** As long as reading a Secret takes, and much longer. */
async function afterReading(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) {
    await delay(systemClock, 0);
  }
}

Deno.test("an authority that is read when the follower has ended is not put into force", async () => {
  const { identity, follower, put } = await start();
  put("1");
  follower[Symbol.dispose]();
  await afterReading();
  assert.equal(identity.authorities, undefined);
});

Deno.test("readiness says that the authority has expired", async () => {
  const { clock, identity, follower, put } = await start();
  using _follower = follower;
  const changed = Promise.withResolvers<void>();
  using _change = identity.changes.subscribe(changed.resolve);
  assert.match(follower.problem!, /no certificate authority yet/);
  put("1");
  await changed.promise;
  assert.equal(follower.problem, undefined);
  await clock.advance(hour);
  assert.match(follower.problem!, /has expired/);
});
