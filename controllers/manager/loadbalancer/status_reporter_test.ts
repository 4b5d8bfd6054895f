import assert from "node:assert/strict";
import { findCondition } from "../../../apis/kubelb/conditions.ts";
import type { LoadBalancer } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { FakeClock } from "../../../base/fake_clock.ts";
import type { KubeClient } from "../../../kube/client.ts";
import type { EventRecorder } from "../../../kube/event_recorder.ts";
import { ObjectCache } from "../../../kube/object_cache.ts";
import type { Progress } from "../envoy_cp/acknowledgements.ts";
import type { DataPlaneView } from "./data_plane_view.ts";
import { accepted } from "./load_balancer_status.ts";
import { conflictVerdict } from "./port_conflict.ts";
import { StatusReporter } from "./status_reporter.ts";
import { hubServiceWith, loadBalancerWith } from "./testdata.ts";

const mended = conflictVerdict([{ port: 10_001, holder: "tenant-acme/envoy-a" }], true)!;
const { signal } = new AbortController();

/** A reporter whose writes fail as long as `refusals` says. */
function reporter(refusals = 0) {
  let progress: Progress = { kind: "waiting", acknowledged: 0, connected: 1 };
  const written: LoadBalancer[] = [];
  const client = {
    apply(_type: unknown, body: { status: LoadBalancer["status"] }) {
      if (refusals-- > 0) return Promise.reject(new Error("too late"));
      written.push({ ...loadBalancerWith({}), ...body } as LoadBalancer);
      return Promise.resolve(written.at(-1));
    },
  } as unknown as Pick<KubeClient, "apply">;
  const dataPlane = {
    progress: () => progress,
    state: () => undefined,
    fleetProblem: () => undefined,
    isPaused: () => false,
  } as unknown as DataPlaneView;
  const reporter = new StatusReporter({
    client,
    loadBalancers: new ObjectCache<LoadBalancer>(),
    dataPlane,
    runtime: "host",
    events: { event: () => {} } as unknown as EventRecorder,
    clock: new FakeClock(),
  });
  return {
    written,
    acknowledge: () => void (progress = { kind: "programmed", connected: 1, silent: [] }),
    report: (conflict?: typeof mended) =>
      reporter.report(loadBalancerWith({}), accepted, hubServiceWith({}), signal, conflict),
  };
}

function conflictIn(written: readonly LoadBalancer[]): string | undefined {
  return findCondition(written.at(-1)?.status?.conditions, "PortConflict")?.reason;
}

Deno.test("a mended conflict is told even where the status waits for Envoy first", async () => {
  const { report, acknowledge, written } = reporter();
  const wait = await report(mended);
  assert.ok((wait?.requeueAfter ?? 0) > 0);
  assert.equal(written.length, 0);
  acknowledge();
  await report();
  assert.equal(conflictIn(written), "PortReassigned");
});

Deno.test("a mended conflict is told even where the first write of the status fails", async () => {
  const { report, acknowledge, written } = reporter(1);
  acknowledge();
  await assert.rejects(report(mended), /too late/);
  await report();
  assert.equal(conflictIn(written), "PortReassigned");
});

Deno.test("once told, the next status does not begin with it again", async () => {
  const { report, acknowledge, written } = reporter();
  acknowledge();
  await report(mended);
  await report();
  assert.equal(written.length, 2);
  assert.equal(conflictIn(written), undefined);
});
