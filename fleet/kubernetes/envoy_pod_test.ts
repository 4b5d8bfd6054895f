import assert from "node:assert/strict";
import { envoyPod } from "./envoy_pod.ts";
import { options, settings } from "./testdata.ts";

function pod(changes: Partial<typeof settings> = {}) {
  const { metadata, spec } = envoyPod("tenant-acme", { ...settings, ...changes }, options);
  const [container] = spec.containers;
  return { metadata, spec, container: container! };
}

Deno.test("Services find the pods by the tenant's namespace", () => {
  assert.equal(pod().metadata.labels["app.kubernetes.io/name"], "tenant-acme");
});

Deno.test("Envoy is told who it is, where its managers are and where its certificate is", () => {
  const { args = [] } = pod().container;
  const config = JSON.parse(args[args.indexOf("--config-yaml") + 1]!);
  assert.deepEqual(config.node, { id: "tenant-acme", cluster: "tenant-acme" });
  const [xds] = config.staticResources.clusters;
  assert.equal(xds.type, "STRICT_DNS");
  assert.match(JSON.stringify(xds), /envoycp\.kubelb\.svc/);
  assert.match(JSON.stringify(xds.transportSocket), /\/etc\/kubelb\/xds\/identity\.json/);
});

Deno.test("the pod holds no token, no environment of Services, and no right to become root", () => {
  const { spec, container } = pod();
  assert.equal(spec.automountServiceAccountToken, false);
  assert.equal(spec.enableServiceLinks, false);
  assert.equal(spec.securityContext?.runAsNonRoot, true);
  assert.deepEqual(container.securityContext?.capabilities, { drop: ["ALL"] });
  assert.equal(container.securityContext?.readOnlyRootFilesystem, true);
});

Deno.test("an Envoy that is gone is noticed in a second, one that is busy has half a minute", () => {
  const { periodSeconds, failureThreshold, timeoutSeconds } = pod().container.readinessProbe ?? {};
  assert.deepEqual([periodSeconds, failureThreshold, timeoutSeconds], [1, 1, 30]);
});

Deno.test("what it needs to end comes after the time for open connections", () => {
  assert.deepEqual(pod().container.lifecycle, { preStop: { sleep: { seconds: 60 } } });
  assert.equal(pod().spec.terminationGracePeriodSeconds, 300);
  assert.equal(pod({ drainSeconds: 0 }).container.lifecycle, undefined);
});

Deno.test("placement is passed on, and left out where nobody asks", () => {
  const { spec } = pod();
  for (const field of ["nodeSelector", "tolerations", "affinity", "topologySpreadConstraints"]) {
    assert.equal(field in spec, false, field);
  }
  const placed = pod({ nodeSelector: { zone: "a" }, spread: true }).spec;
  assert.deepEqual(placed.nodeSelector, { zone: "a" });
  assert.equal(placed.topologySpreadConstraints?.[0]?.topologyKey, "kubernetes.io/hostname");
});
