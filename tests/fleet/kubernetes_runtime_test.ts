/**
 * What the kubernetes runtime writes, against a real API server; what becomes of it on nodes is in
 * `tests/nodes/`.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type Deployment, deployments } from "../../apis/apps/v1.ts";
import { secrets } from "../../apis/core/v1.ts";
import { createAuthority } from "../../base/certificates.ts";
import { systemClock } from "../../base/clock.ts";
import { Listeners } from "../../base/listeners.ts";
import { silentLogger } from "../../base/logger.ts";
import { createRegistry } from "../../base/metrics.ts";
import { XdsIdentity } from "../../fleet/identity/xds_identity.ts";
import type { FleetSettings } from "../../fleet/kubernetes/fleet_settings.ts";
import { KubernetesRuntime } from "../../fleet/kubernetes/kubernetes_runtime.ts";
import { options as pods, settings } from "../../fleet/kubernetes/testdata.ts";
import { Informers } from "../../kube/informers.ts";
import type { KubeClient } from "../../kube/client.ts";
import { AdminError, eventually, sharedControlPlane } from "../harness/mod.ts";
import { clientOf } from "../kube/test_client.ts";

const plane = sharedControlPlane({ name: "fleets" });

/** A replica of the manager, as far as fleets go. */
class Replica implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;
  settings: FleetSettings = settings;

  private constructor(
    readonly runtime: KubernetesRuntime,
    readonly changes: Listeners<void>,
    readonly identity: XdsIdentity,
    stack: AsyncDisposableStack,
  ) {
    this.#stack = stack;
  }

  static async start({ leads }: { leads: boolean }): Promise<Replica> {
    await using stack = new AsyncDisposableStack();
    const client: KubeClient = stack.use(await clientOf(plane().adminKubeconfig));
    const common = { log: silentLogger, clock: systemClock, metrics: createRegistry() };
    const informers = new Informers(client, common);
    const end = new AbortController();
    const following = informers.start(end.signal);
    stack.defer(() => following);
    const identity = new XdsIdentity(systemClock);
    await renewAuthority(identity);
    const settingsChanges = new Listeners<void>();
    const runtime = stack.use(
      await KubernetesRuntime.open({
        ...common,
        client,
        informers,
        pods,
        settingsOf: () => replica.settings,
        settingsChanges,
        issuer: identity,
      }, AbortSignal.timeout(20_000)),
    );
    const leading = leads ? runtime.lead(end.signal) : Promise.resolve();
    stack.defer(() => leading);
    stack.defer(() => end.abort());
    const replica: Replica = new Replica(runtime, settingsChanges, identity, stack.move());
    return replica;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

async function renewAuthority(identity: XdsIdentity): Promise<void> {
  const now = systemClock.now();
  const validity = { notBefore: now - 1_000, notAfter: now + 3_600_000 };
  identity.use({ current: await createAuthority("test", validity), retired: [] });
}

async function read(type: { plural: string; group: string }, fleet: string, name: string) {
  const root = type.group === "" ? "/api/v1" : `/apis/${type.group}/v1`;
  try {
    const path = `${root}/namespaces/${fleet}/${type.plural}/${name}`;
    return await plane().admin.request<Deployment & { data: Record<string, string> }>("GET", path);
  } catch (error) {
    if (error instanceof AdminError && error.status === 404) return undefined;
    throw error;
  }
}

const deploymentOf = (fleet: string) => read(deployments, fleet, `envoy-${fleet}`);
const secretOf = (fleet: string) => read(secrets, fleet, "kubelb-envoy");

async function createNamespace(name: string): Promise<void> {
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
  await plane().admin.request("POST", "/api/v1/namespaces", namespace);
}

/** Waits for both objects of a fleet. */
async function written(fleet: string) {
  const deployment = await eventually(() => deploymentOf(fleet), { describe: "the Deployment" });
  const secret = await eventually(() => secretOf(fleet), { describe: "the Secret" });
  return { deployment, secret };
}

Deno.test("the leader writes what is wanted, once, and takes away what is not", async () => {
  await createNamespace("tenant-a");
  await using leader = await Replica.start({ leads: true });
  await using follower = await Replica.start({ leads: false });
  await follower.runtime.ensure("tenant-a");
  assert.equal(await deploymentOf("tenant-a"), undefined, "a follower writes nothing");
  await leader.runtime.ensure("tenant-a");
  const first = await written("tenant-a");
  // Another look, as after any change of settings that does not concern the fleet.
  leader.changes.emit();
  await leader.runtime.ensure("tenant-a");
  leader.settings = { ...settings, replicas: 5 };
  leader.changes.emit();
  const scaled = await eventually(async () => {
    const now = await deploymentOf("tenant-a");
    return now?.spec.replicas === 5 ? now : undefined;
  }, { describe: "five replicas" });
  assert.equal(scaled.metadata.generation, 2, "one write for the start, one for the change");
  const unchanged = (await secretOf("tenant-a"))?.metadata.resourceVersion;
  assert.equal(unchanged, first.secret.metadata.resourceVersion);
  assert.deepEqual(follower.runtime.fleets(), ["tenant-a"], "a follower knows it too");

  await Promise.all([leader, follower].map(({ runtime }) => runtime.remove("tenant-a")));
  assert.equal(await deploymentOf("tenant-a"), undefined);
  await eventually(async () => await secretOf("tenant-a") === undefined);
  assert.deepEqual(leader.runtime.fleets(), []);
  assert.equal(leader.runtime.status("tenant-a").state, "stopped");
});

Deno.test("what others change or delete comes back", async () => {
  await createNamespace("tenant-b");
  await using leader = await Replica.start({ leads: true });
  await leader.runtime.ensure("tenant-b");
  await written("tenant-b");
  const path = "/apis/apps/v1/namespaces/tenant-b/deployments/envoy-tenant-b";
  const { admin } = plane();
  await admin.request("PATCH", path, { spec: { replicas: 0 } }, "application/merge-patch+json");
  await eventually(async () => (await deploymentOf("tenant-b"))?.spec.replicas === 2);
  await admin.request("DELETE", path);
  await admin.request("DELETE", "/api/v1/namespaces/tenant-b/secrets/kubelb-envoy");
  await written("tenant-b");
});

Deno.test("another authority means another certificate, at once", async () => {
  await createNamespace("tenant-c");
  await using leader = await Replica.start({ leads: true });
  await leader.runtime.ensure("tenant-c");
  const { secret } = await written("tenant-c");
  await renewAuthority(leader.identity);
  await eventually(async () => {
    const now = (await secretOf("tenant-c"))?.data;
    return now?.["trust.json"] !== secret.data["trust.json"] &&
      now?.["identity.json"] !== secret.data["identity.json"];
  }, { describe: "trust and certificate to be others" });
});

Deno.test("a Deployment of upstream's manager is taken over, its second container goes", async () => {
  await createNamespace("tenant-d");
  const labels = { "app.kubernetes.io/name": "tenant-d" };
  const container = (name: string) => ({ name, image: `${name}:1` });
  await plane().admin.request(
    "POST",
    "/apis/apps/v1/namespaces/tenant-d/deployments?fieldManager=manager",
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "envoy-tenant-d", labels: { "app.kubernetes.io/managed-by": "kubelb" } },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { containers: [container("envoy-proxy"), container("shutdown-manager")] },
        },
      },
    },
  );
  await using leader = await Replica.start({ leads: true });
  await leader.runtime.ensure("tenant-d");
  await eventually(async () => {
    const containers = (await deploymentOf("tenant-d"))?.spec.template.spec.containers ?? [];
    return containers.length === 1 && containers[0]?.image === pods.image;
  }, { describe: "our container alone" });
});

Deno.test("what the API server says against a fleet's objects is the fleet's status", async () => {
  await using leader = await Replica.start({ leads: true });
  await leader.runtime.ensure("tenant-absent");
  const status = await eventually(() => {
    const now = leader.runtime.status("tenant-absent");
    return now.state === "failed" ? now : undefined;
  });
  assert.match(status.message ?? "", /namespaces "tenant-absent" not found/);
  await leader.runtime.remove("tenant-absent");
  assert.equal(leader.runtime.status("tenant-absent").state, "stopped");
});
