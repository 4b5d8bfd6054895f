/**
 * Leader election under fault, with candidates that are processes of their own. Themes of client-go's
 * leader election tests:
 * - fast path, release, release calls get, release retries on conflict, release on cancellation,
 *   configuration validation, renewals that hang: `kube/lease_election_test.ts`.
 * - spec ↔ record, who may acquire: `kube/lease_record_test.ts`.
 * - many candidates, a thief: `lease_election_test.ts`.
 * - pause, kill, hand-over, lost answers, unreachable server: here.
 * - coordinated election (LeaseCandidate): not used.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { leases } from "../../apis/coordination/v1.ts";
import { delay, systemClock } from "../../base/clock.ts";
import { silentLogger } from "../../base/logger.ts";
import type { KubeClient } from "../../kube/client.ts";
import { LeaseElection } from "../../kube/lease_election.ts";
import {
  anyRequest,
  eventually,
  type Fault,
  FaultProxy,
  FaultTable,
  type ManagedProcess,
  Sandbox,
  sharedControlPlane,
  writes,
} from "../harness/mod.ts";
import { clientOf } from "./test_client.ts";
import { TwoWays } from "./two_ways.ts";

const plane = sharedControlPlane({ name: "lease-faults" });
const table = FaultTable.ofFile("lease");
const program = fileURLToPath(new URL("./lease_candidate.ts", import.meta.url));
const hasty = { leaseDuration: 3_000, renewDeadline: 2_000, retryPeriod: 400 };

/** One candidate process and what it has printed. */
class Candidate {
  constructor(readonly identity: string, readonly process: ManagedProcess) {}

  /** The times at which it has said this, milliseconds since 1970. */
  async said(what: string): Promise<number[]> {
    const lines = (await this.process.log()).split("\n");
    return lines.filter((line) => line.endsWith(` ${what}`)).map((line) => Number.parseInt(line));
  }

  /** Waits until it has said this after `time`; returns when. */
  async says(what: string, time = 0): Promise<number> {
    return await eventually(
      async () => (await this.said(what)).find((at) => at >= time),
      { deadline: 30_000, describe: `${this.identity} to say "${what}"` },
    );
  }

  /** Waits until it has found another leading. */
  async waits(): Promise<void> {
    await eventually(async () => (await this.process.log()).includes("another process leads"), {
      describe: `${this.identity} to wait`,
    });
  }
}

async function stand(
  sandbox: Sandbox,
  kubeconfig: string,
  lease: string,
  identity: string,
  ...more: string[]
): Promise<Candidate> {
  const args = ["run", "--no-check", "--allow-all", program, kubeconfig, lease, identity, ...more];
  const process = await sandbox.start({ name: identity, command: Deno.execPath(), args });
  return new Candidate(identity, process);
}

Deno.test("on SIGTERM the Lease is handed over within 2 s, with default times", async () => {
  await using sandbox = await Sandbox.create("lease");
  const { adminKubeconfig } = plane();
  const lease = "handed-over";
  let leader = await stand(sandbox, adminKubeconfig, lease, "c0");
  await leader.says("leads");
  for (const identity of ["c1", "c2", "c3"]) {
    const next = await stand(sandbox, adminKubeconfig, lease, identity);
    await next.waits();
    const ordered = Date.now();
    leader.process.signal("SIGTERM");
    const taken = await next.says("leads");
    const yielded = await leader.says("yields");
    assert(yielded <= taken, "the first has stopped before the second begins");
    assert(taken - ordered <= 2_000, `the hand-over took ${taken - ordered} ms`);
    table.survived(`SIGTERM of the leader (to ${identity})`, 1, taken - ordered);
    leader = next;
  }
});

Deno.test("a paused holder is replaced, and works no more when it wakes up", async () => {
  await using sandbox = await Sandbox.create("lease");
  await using proxy = await FaultProxy.start(plane());
  const lease = "paused";
  const holder = await stand(sandbox, await proxy.kubeconfig(), lease, "holder", "hasty");
  await holder.says("works");
  const other = await stand(sandbox, plane().adminKubeconfig, lease, "other", "hasty");
  await other.waits();
  holder.process.signal("SIGSTOP");
  const paused = Date.now();
  const taken = await other.says("leads");
  assert(taken - paused > hasty.leaseDuration - hasty.retryPeriod - 500, "not before its time");
  // Its way to the API server is dead as well: it has nobody to ask but its clock.
  proxy.inject(anyRequest, { kind: "stall" }, Infinity);
  const woken = Date.now();
  holder.process.signal("SIGCONT");
  const yielded = await holder.says("yields", woken);
  assert(yielded - woken < 500, `it led for ${yielded - woken} ms more`);
  const late = (await holder.said("works")).filter((at) => at >= woken);
  assert.deepEqual(late, []);
  table.survived("SIGSTOP of the leader, and SIGCONT", 1, taken - paused);
});

Deno.test("a killed holder is replaced when its Lease has run out", async () => {
  await using sandbox = await Sandbox.create("lease");
  const { adminKubeconfig } = plane();
  const holder = await stand(sandbox, adminKubeconfig, "killed", "holder", "hasty");
  await holder.says("works");
  const other = await stand(sandbox, adminKubeconfig, "killed", "other", "hasty");
  await other.waits();
  const killed = Date.now();
  await holder.process.kill("SIGKILL");
  const taken = await other.says("leads");
  assert(taken - killed > hasty.leaseDuration - hasty.retryPeriod - 500, "not before its time");
  assert(taken - killed < hasty.leaseDuration + 2_000, `only after ${taken - killed} ms`);
  table.survived("kill -9 of the leader", 1, taken - killed);
});

/** A candidate in this process that notes when it leads. */
function candidate(client: KubeClient, name: string, identity: string) {
  const terms: { begin: number; end: number }[] = [];
  const common = { namespace: "default", name, identity, log: silentLogger };
  const election = new LeaseElection({ client, ...common, ...hasty });
  const stop = new AbortController();
  const running = election.run(stop.signal, async (signal) => {
    const term = { begin: performance.now(), end: Infinity };
    terms.push(term);
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    term.end = performance.now();
  });
  return {
    election,
    terms,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

const survivable: readonly (readonly [string, Fault, number])[] = [
  ["an answer that is lost after the Lease was written", { kind: "cut" }, 2],
  ["500 on renewal", { kind: "status", status: 500 }, 2],
  ["429 with Retry-After on renewal", { kind: "status", status: 429, retryAfter: 1 }, 1],
  ["409 on renewal", { kind: "status", status: 409 }, 1],
  ["a renewal that nobody answers", { kind: "stall" }, 1],
];

for (const [name, fault, times] of survivable) {
  Deno.test(`${name} costs no leadership`, async () => {
    await using proxy = await FaultProxy.start(plane());
    using client = await clientOf(await proxy.kubeconfig());
    const lease = `survives-${fault.kind}-${"status" in fault ? fault.status : ""}0`;
    await using leader = candidate(client, lease, "leader");
    await eventually(() => leader.election.isLeader);
    const start = performance.now();
    using injection = proxy.inject(writes("/leases"), fault, times);
    await eventually(() => injection.hits === times);
    const renewals = proxy.requests.filter(writes("/leases")).length;
    await eventually(() => proxy.requests.filter(writes("/leases")).length > renewals);
    const recovery = performance.now() - start;
    await delay(systemClock, hasty.renewDeadline);
    assert.equal(leader.terms.length, 1);
    assert.equal(leader.election.isLeader, true);
    table.survived(name, times, recovery);
  });
}

Deno.test("a holder cut off from the API server yields before another may lead", async () => {
  await using ways = await TwoWays.open(plane());
  const { proxy, client: cutOff, direct } = ways;
  await using first = candidate(cutOff, "cut-off", "first");
  await eventually(() => first.election.isLeader);
  await using second = candidate(direct, "cut-off", "second");
  await eventually(() => second.election.holder === "first");
  using away = proxy.inject(anyRequest, { kind: "half-open" }, Infinity);
  const cut = performance.now();
  await eventually(() => second.election.isLeader);
  const [term] = first.terms;
  assert(term!.end - cut <= hasty.renewDeadline + 300, `it led for ${term!.end - cut} ms`);
  assert(term!.end + 300 < second.terms[0]!.begin, "there is time for its work to drain");
  away[Symbol.dispose]();
  table.survived("a leader cut off from the API server", away.hits, performance.now() - cut);
});

Deno.test("whatever the network does, two candidates never lead at the same time", async () => {
  await using proxy = await FaultProxy.start(plane());
  using left = await clientOf(await proxy.kubeconfig(), { timeout: 1_000 });
  using right = await clientOf(await proxy.kubeconfig(), { timeout: 1_000 });
  await using one = candidate(left, "stormy", "one");
  await using two = candidate(right, "stormy", "two");
  const faults: Fault[] = [
    { kind: "cut" },
    { kind: "stall" },
    { kind: "status", status: 503 },
    { kind: "half-open" },
    { kind: "slow", delay: 700 },
    { kind: "status", status: 409 },
  ];
  const start = performance.now();
  for (let turn = 0; turn < 12; turn++) {
    // Enough in a row, now and then, that the leader misses its deadline.
    proxy.inject(anyRequest, faults[turn % faults.length]!, 1 + turn % 5);
    await delay(systemClock, 1_000);
  }
  const stormed = performance.now();
  await eventually(() => one.election.isLeader || two.election.isLeader);
  for (const term of one.terms) {
    for (const other of two.terms) {
      assert(term.end <= other.begin || other.end <= term.begin, "two leaders");
    }
  }
  const times = [...proxy.struck.values()].reduce((sum, count) => sum + count, 0);
  table.survived(
    `${Math.round((stormed - start) / 1000)} s of mixed faults`,
    times,
    performance.now() - stormed,
  );
  const { spec } = (await left.get(leases, { namespace: "default", name: "stormy" }))!;
  assert(["one", "two"].includes(spec!.holderIdentity!));
});
