import assert from "node:assert/strict";
import type { Lease, LeaseSpec } from "../apis/coordination/v1.ts";
import { FakeClock } from "../base/fake_clock.ts";
import { silentLogger } from "../base/logger.ts";
import { Registry } from "../base/metrics.ts";
import { ApiError, type ApiErrorReason } from "./api_error.ts";
import type { CallOptions, KubeClient } from "./client.ts";
import { LeaseElection } from "./lease_election.ts";

const refusal = (reason: ApiErrorReason) =>
  new ApiError(reason, reason, { call: { verb: "update", path: "/" } });

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** One Lease with optimistic concurrency, and a server that can be away. */
class FakeLeases {
  lease: Lease | undefined;
  down = false;
  /** Requests are taken and never answered. */
  hangs = false;
  gets = 0;
  writes = 0;

  /** Somebody else writes. */
  set(spec: LeaseSpec): void {
    const version = Number(this.lease?.metadata.resourceVersion ?? 0) + 1;
    const metadata = { name: "l", namespace: "n", resourceVersion: String(version) };
    this.lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata, spec };
  }

  get client(): Pick<KubeClient, "get" | "create" | "update"> {
    const write = async (_type: unknown, lease: Lease, { signal }: CallOptions) => {
      if (this.hangs) await untilAborted(signal!);
      if (this.down) throw refusal("Unreachable");
      if (this.lease?.metadata.resourceVersion !== lease.metadata.resourceVersion) {
        throw refusal(lease.metadata.resourceVersion ? "Conflict" : "AlreadyExists");
      }
      this.writes++;
      this.set(lease.spec!);
      return this.lease;
    };
    const get = async (_type: unknown, _name: unknown, { signal }: CallOptions) => {
      if (this.hangs) await untilAborted(signal!);
      if (this.down) throw refusal("Unreachable");
      this.gets++;
      return this.lease;
    };
    return { get, create: write, update: write } as unknown as KubeClient;
  }
}

function start(
  leases: FakeLeases,
  identity: string,
  clock = new FakeClock(),
  random: () => number = () => 0,
) {
  const registry = new Registry();
  const election = new LeaseElection({
    client: leases.client,
    namespace: "n",
    name: "l",
    identity,
    log: silentLogger,
    clock,
    random,
    metrics: registry,
  });
  const stop = new AbortController();
  const terms: string[] = [];
  let finish: () => void = () => {};
  const running = election.run(stop.signal, (signal) => {
    terms.push(`begins ${clock.monotonic()}`);
    return new Promise<void>((resolve) => {
      finish = resolve;
      signal.addEventListener("abort", () => {
        terms.push(`ends ${clock.monotonic()}`);
        resolve();
      }, { once: true });
    });
  });
  return {
    election,
    clock,
    registry,
    terms,
    /** The leader's work ends by itself. */
    finish: () => finish(),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await clock.advance(0);
      await running;
    },
  };
}

const held = (by: string, renewTime = "x"): LeaseSpec => ({
  holderIdentity: by,
  leaseDurationSeconds: 15,
  renewTime,
  leaseTransitions: 0,
});

Deno.test("a Lease that does not exist is created, and renewed without reading it", async () => {
  const leases = new FakeLeases();
  await using run = start(leases, "me");
  await run.clock.advance(0);
  assert.equal(run.election.isLeader, true);
  assert.equal(leases.lease?.spec?.holderIdentity, "me");
  const gets = leases.gets;
  await run.clock.advance(20_000);
  assert.equal(leases.gets, gets, "the fast path does not read");
  assert.equal(leases.writes, 11);
  assert.match(await run.registry.metrics(), /^leader_election_master_status\{name="l"\} 1$/m);
});

Deno.test("another's Lease is taken only after it stood still for its duration", async () => {
  const leases = new FakeLeases();
  leases.set(held("other"));
  await using run = start(leases, "me");
  await run.clock.advance(10_000);
  leases.set(held("other", "y"));
  await run.clock.advance(15_000);
  assert.equal(run.election.isLeader, false);
  assert.equal(run.election.holder, "other");
  await run.clock.advance(4_000);
  assert.equal(run.election.isLeader, true);
  assert.equal(leases.lease?.spec?.leaseTransitions, 1);
});

Deno.test("a leader that cannot renew for ten seconds stops, and leads again later", async () => {
  const leases = new FakeLeases();
  await using run = start(leases, "me");
  await run.clock.advance(1000);
  leases.down = true;
  await run.clock.advance(8_999);
  assert.equal(run.election.isLeader, true);
  await run.clock.advance(1);
  assert.equal(run.election.isLeader, false);
  assert.deepEqual(run.terms, ["begins 0", "ends 10000"]);
  assert.match(await run.registry.metrics(), /^leader_election_master_status\{name="l"\} 0$/m);
  leases.down = false;
  await run.clock.advance(4_000);
  assert.equal(run.election.isLeader, true);
});

Deno.test("renewals that hang do not prolong leadership beyond its ten seconds", async () => {
  const leases = new FakeLeases();
  await using run = start(leases, "me");
  await run.clock.advance(1000);
  leases.hangs = true;
  await run.clock.advance(30_000);
  assert.deepEqual(run.terms, ["begins 0", "ends 10000"]);
});

Deno.test("a released Lease finds its next holder within 2 s", async () => {
  const leases = new FakeLeases();
  leases.set(held("other"));
  await using run = start(leases, "me", new FakeClock(), () => 0.999);
  await run.clock.advance(10_000);
  leases.set({ holderIdentity: "", leaseDurationSeconds: 1, leaseTransitions: 0 });
  await run.clock.advance(1_500);
  assert.equal(run.election.isLeader, true);
});

Deno.test("a leader that finds another's name in the Lease stops at its next renewal", async () => {
  const leases = new FakeLeases();
  await using run = start(leases, "me");
  await run.clock.advance(0);
  leases.set(held("thief"));
  await run.clock.advance(2_000);
  assert.deepEqual(run.terms, ["begins 0", "ends 2000"]);
  assert.equal(leases.lease?.spec?.holderIdentity, "thief", "another's Lease is not released");
});

Deno.test("a conflict in which we still hold the Lease is only a detour", async () => {
  const leases = new FakeLeases();
  await using run = start(leases, "me");
  await run.clock.advance(0);
  leases.set(leases.lease!.spec!);
  await run.clock.advance(2_000);
  assert.equal(run.election.isLeader, true);
  assert.match(await run.registry.metrics(), /^leader_election_slowpath_total\{name="l"\} 1$/m);
});

Deno.test("at the end the Lease is released, after the work has stopped", async () => {
  const leases = new FakeLeases();
  const run = start(leases, "me");
  await run.clock.advance(0);
  await run[Symbol.asyncDispose]();
  assert.equal(run.clock.pending, 0, "no timer is left");
  assert.deepEqual(run.terms, ["begins 0", "ends 0"]);
  assert.equal(leases.lease?.spec?.holderIdentity, "");
  assert.equal(leases.lease?.spec?.leaseDurationSeconds, 1);
});

Deno.test("a release that meets a conflict reads the Lease and tries again", async () => {
  const leases = new FakeLeases();
  const run = start(leases, "me");
  await run.clock.advance(0);
  leases.set({ ...leases.lease!.spec!, renewTime: "changed under us" });
  await run[Symbol.asyncDispose]();
  assert.equal(leases.lease?.spec?.holderIdentity, "");
});

Deno.test("work that ends by itself gives the Lease back for one period", async () => {
  const leases = new FakeLeases();
  await using run = start(leases, "me");
  await run.clock.advance(0);
  run.finish();
  await run.clock.advance(1_999);
  assert.equal(run.election.isLeader, false);
  assert.equal(leases.lease?.spec?.holderIdentity, "");
  await run.clock.advance(1);
  assert.equal(run.election.isLeader, true);
});

Deno.test("two candidates never lead at the same time, whoever stalls", async () => {
  const leases = new FakeLeases();
  const clock = new FakeClock();
  await using first = start(leases, "first", clock);
  await clock.advance(100);
  {
    await using second = start(leases, "second", clock);
    for (let round = 0; round < 30; round++) {
      leases.down = round % 7 === 3;
      await clock.advance(3_000);
      assert(!(first.election.isLeader && second.election.isLeader));
    }
    leases.down = false;
    await clock.advance(30_000);
    assert(first.election.isLeader !== second.election.isLeader);
  }
});

Deno.test("times that cannot work are refused", () => {
  const make = (times: { leaseDuration?: number; renewDeadline?: number; retryPeriod?: number }) =>
    new LeaseElection({
      client: new FakeLeases().client,
      namespace: "n",
      name: "l",
      identity: "me",
      log: silentLogger,
      ...times,
    });
  assert.throws(() => make({ leaseDuration: 10_000 }), /lease duration/);
  assert.throws(() => make({ renewDeadline: 2_400 }), /retry period/);
  make({});
});
