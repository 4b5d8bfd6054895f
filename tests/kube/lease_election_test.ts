import assert from "node:assert/strict";
import { leases } from "../../apis/coordination/v1.ts";
import { silentLogger } from "../../base/logger.ts";
import type { KubeClient } from "../../kube/client.ts";
import { LeaseElection } from "../../kube/lease_election.ts";
import { eventually, sharedControlPlane } from "../harness/mod.ts";
import { clientOf } from "./test_client.ts";

const plane = sharedControlPlane({ name: "lease" });
const namespace = "default";

interface Candidate extends AsyncDisposable {
  readonly election: LeaseElection;
  readonly terms: string[];
  stop(): Promise<void>;
}

/** A candidate that does nothing with its leadership but note it. */
function candidate(client: KubeClient, name: string, identity: string): Candidate {
  const terms: string[] = [];
  const election = new LeaseElection({
    client,
    namespace,
    name,
    identity,
    leaseDuration: 3000,
    renewDeadline: 2000,
    retryPeriod: 200,
    log: silentLogger,
  });
  const stop = new AbortController();
  const running = election.run(stop.signal, async (signal) => {
    terms.push("begins");
    await new Promise<void>((resolve) =>
      signal.addEventListener("abort", () => resolve(), { once: true })
    );
    terms.push("ends");
  });
  const end = async () => {
    stop.abort();
    await running;
  };
  return { election, terms, stop: end, [Symbol.asyncDispose]: end };
}

Deno.test("of two candidates one leads; when it stops, the other follows at once", async () => {
  using client = await clientOf(plane().adminKubeconfig);
  await using first = candidate(client, "handover", "first");
  await eventually(() => first.election.isLeader);
  await using second = candidate(client, "handover", "second");
  await eventually(() => second.election.holder === "first");
  assert.equal(second.election.isLeader, false);
  const stopped = performance.now();
  await first.stop();
  assert.deepEqual(first.terms, ["begins", "ends"]);
  await eventually(() => second.election.isLeader);
  assert(performance.now() - stopped < 2500, "a released Lease is not waited for");
  const lease = await client.get(leases, { namespace, name: "handover" });
  assert.equal(lease?.spec?.holderIdentity, "second");
  assert.equal(lease?.spec?.leaseTransitions, 1);
});

Deno.test("whoever finds its Lease taken stops leading, and is a candidate again", async () => {
  using client = await clientOf(plane().adminKubeconfig);
  await using robbed = candidate(client, "robbed", "robbed");
  await eventually(() => robbed.election.isLeader);
  const name = { namespace, name: "robbed" };
  await client.patch(leases, name, {
    merge: { spec: { holderIdentity: "thief", leaseDurationSeconds: 1 } },
  });
  await eventually(() => robbed.terms.includes("ends"));
  // The thief does not renew: after its second it is the other's turn again.
  await eventually(() => robbed.election.isLeader);
  assert.deepEqual(robbed.terms, ["begins", "ends", "begins"]);
  await robbed.stop();
  const lease = await client.get(leases, name);
  assert.equal(lease?.spec?.holderIdentity ?? "", "");
});

Deno.test("ten candidates at once: never two leaders, and each gets its turn", async () => {
  using client = await clientOf(plane().adminKubeconfig);
  const names = Array.from({ length: 10 }, (_, index) => `c${index}`);
  await using all = new AsyncDisposableStack();
  let rest = names.map((name) => all.use(candidate(client, "crowd", name)));
  for (let turn = 0; turn < 3; turn++) {
    const leader = await eventually(() => rest.find(({ election }) => election.isLeader));
    assert.equal(rest.filter(({ election }) => election.isLeader).length, 1);
    await leader.stop();
    rest = rest.filter((other) => other !== leader);
  }
});
