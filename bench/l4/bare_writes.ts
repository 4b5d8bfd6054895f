/**
 * What the API server itself takes for the writes of a mass creation: the lower bound of any program
 * that keeps a load balancer, a Service with an address, and the status of both.
 *
 * @module
 */
import { installCrds } from "../../tools/cluster/custom_resources.ts";
import { startControlPlane } from "../../tools/cluster/control_plane.ts";
import { type LoadBalancerPlace, newLoadBalancer } from "./new_load_balancer.ts";

/** As many at once as creators and controllers of the real run together. */
const parallel = 16;
const namespace = "tenant-bare";
const applied = "application/apply-patch+yaml";

/**
 * Writes what `count` load balancers need, on a hub of its own where nobody watches, after as many
 * others; milliseconds.
 */
export async function measureBareWrites(count: number): Promise<number> {
  await using plane = await startControlPlane({ name: "bare", controllerManager: true });
  await installCrds(plane);
  const { admin } = plane;
  await admin.request("POST", "/api/v1/namespaces", { metadata: { name: namespace } });
  const write = async (index: number) => {
    const name = `bare-${index}`;
    const place: LoadBalancerPlace = { namespace, name };
    const loadBalancers = `/apis/kubelb.k8c.io/v1alpha1/namespaces/${namespace}/loadbalancers`;
    const services = `/api/v1/namespaces/${namespace}/services`;
    await admin.request("POST", loadBalancers, newLoadBalancer(place, addresses, 3000));
    await admin.request("POST", services, hubService(name, 10_000 + index % 20_000));
    const ingress = [{ ip: `127.1.${index >> 8}.${index & 255}` }];
    await admin.request("PATCH", `${services}/envoy-${name}/status?${manager}`, {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: `envoy-${name}` },
      status: { loadBalancer: { ingress: ingress.map(({ ip }) => ({ ip, ipMode: "VIP" })) } },
    }, applied);
    await admin.request("PATCH", `${loadBalancers}/${name}/status?${manager}`, {
      apiVersion: "kubelb.k8c.io/v1alpha1",
      kind: "LoadBalancer",
      metadata: { name },
      status: { loadBalancer: { ingress }, conditions: conditions() },
    }, applied);
  };
  await inParallel(0, count, write);
  const start = performance.now();
  await inParallel(count, 2 * count, write);
  return performance.now() - start;
}

const manager = "fieldManager=bare&force=true";
const addresses = { addressesReference: { name: "default" } };

async function inParallel(
  from: number,
  to: number,
  action: (index: number) => Promise<void>,
): Promise<void> {
  let next = from;
  const worker = async () => {
    while (next < to) await action(next++);
  };
  await Promise.all(Array.from({ length: parallel }, worker));
}

function hubService(name: string, targetPort: number): unknown {
  return {
    metadata: {
      name: `envoy-${name}`,
      labels: { "app.kubernetes.io/managed-by": "kubelb", "app.kubernetes.io/name": namespace },
    },
    spec: {
      type: "LoadBalancer",
      loadBalancerClass: "kubelb.k8c.io/host",
      allocateLoadBalancerNodePorts: false,
      ports: [{ name: "http", port: 8080, protocol: "TCP", targetPort }],
    },
  };
}

function conditions(): unknown {
  const lastTransitionTime = new Date().toISOString().replace(/\.\d+/, "");
  const types = ["Accepted", "AddressAssigned", "ResourcesResolved", "Programmed", "Ready"];
  return types.map((type) => ({
    type,
    status: "True",
    reason: "AsExpected",
    message: "everything is as it should be",
    observedGeneration: 1,
    lastTransitionTime,
  }));
}
