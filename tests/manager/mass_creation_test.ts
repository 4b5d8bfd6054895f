/**
 * Many load balancers that come at once: what each costs besides what has to be written.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { LoadBalancer } from "../../apis/kubelb/v1alpha1/mod.ts";
import { eventually } from "../harness/mod.ts";
import { HubFixture } from "./hub_fixture.ts";

const count = 100;

/** The sum of all samples of a counter whose labels match. */
function sum(metrics: string, name: string, labels: RegExp): number {
  return metrics.split("\n")
    .filter((line) => line.startsWith(`${name}{`) && labels.test(line))
    .reduce((total, line) => total + Number(line.split(" ").at(-1)), 0);
}

Deno.test("no reconciliation fails for what was written a moment ago, and nothing is logged", async () => {
  await using hub = await HubFixture.start();
  await hub.tenants("acme");
  await hub.createLoadBalancer("acme", "first");
  await hub.condition("acme", "first", "Programmed", { status: "True" });
  const { manager } = hub.hub;
  const before = (await manager.log()).length;

  const names = Array.from({ length: count }, (_, index) => `lb-${index}`);
  await Promise.all(names.map((name) => hub.createLoadBalancer("acme", name)));
  type List = { items: LoadBalancer[] };
  await eventually(async () => {
    const found = await hub.read<List>("/apis/kubelb.k8c.io/v1alpha1", "acme", "loadbalancers");
    return found?.items.every(({ status }) =>
      status?.conditions?.some(({ type, status }) => type === "Programmed" && status === "True")
    );
  }, { describe: "all to be Programmed", deadline: 60_000 });

  const metrics = await manager.metrics();
  const reconciliations = "controller_runtime_reconcile_total";
  assert.ok(sum(metrics, reconciliations, /result="success"/) >= count);
  assert.equal(sum(metrics, reconciliations, /result="error"/), 0, "nothing was read too early");
  assert.equal((await manager.log()).slice(before), "");
});
