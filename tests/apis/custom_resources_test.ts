import assert from "node:assert/strict";
import type { CustomResourceDefinition } from "../../apis/apiextensions/v1.ts";
import { addressesResource } from "../../apis/kubelb/v1alpha1/addresses.ts";
import { configResource } from "../../apis/kubelb/v1alpha1/config.ts";
import { loadBalancerResource } from "../../apis/kubelb/v1alpha1/load_balancer.ts";
import { customResources } from "../../apis/kubelb/v1alpha1/mod.ts";
import { routeResource } from "../../apis/kubelb/v1alpha1/route.ts";
import { syncSecretResource } from "../../apis/kubelb/v1alpha1/sync_secret.ts";
import { tenantResource } from "../../apis/kubelb/v1alpha1/tenant.ts";
import { tenantStateResource } from "../../apis/kubelb/v1alpha1/tenant_state.ts";
import type { KubeObject } from "../../apis/meta/v1.ts";
import { type CustomResource, validateObject } from "../../apis/schema/mod.ts";
import { findBinary, installCrds, sharedControlPlane } from "../harness/mod.ts";
import { assertKept } from "./assert_kept.ts";
import {
  collectionOf,
  create,
  type Fields,
  tryCreate,
  tryStatus,
} from "./custom_resource_client.ts";
import { upstreamAddresses, upstreamLoadBalancers } from "./upstream_objects.ts";

const plane = sharedControlPlane({ name: "crds" }, installCrds);

Deno.test("every definition is established, structural and without name conflicts", async () => {
  for (const { type } of customResources) {
    const name = `${type.plural}.${type.group}`;
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
    const definition = await plane().admin.request<CustomResourceDefinition>("GET", path);
    const conditions = Object.fromEntries(
      definition.status!.conditions!.map(({ type, status }) => [type, status]),
    );
    assert.deepEqual(conditions, { Established: "True", NamesAccepted: "True" }, name);
  }
});

for (const [shape, object] of Object.entries(upstreamLoadBalancers)) {
  Deno.test(`a LoadBalancer of an upstream CCM is kept whole: ${shape}`, async () => {
    const { status: _, ...sent } = object;
    const answer = await tryCreate(plane(), loadBalancerResource, object);
    assertKept(answer, JSON.parse(JSON.stringify(sent)));
    assert(answer.accepted);
    assert.deepEqual(validateObject(loadBalancerResource, answer.object), []);
  });
}

for (const [shape, object] of Object.entries(upstreamAddresses)) {
  Deno.test(`Addresses of an upstream CCM are kept whole: ${shape}`, async () => {
    const { status: _, ...sent } = object;
    assertKept(await tryCreate(plane(), addressesResource, object), sent);
  });
}

const endpoints = [{ addressesReference: { name: "default" }, ports: [{ port: 31080 }] }];

Deno.test("fields that upstream does not have are kept", async () => {
  const objects: [CustomResource<KubeObject>, Fields][] = [
    [loadBalancerResource, {
      spec: {
        type: "LoadBalancer",
        endpoints,
        loadBalancerIP: "192.0.2.7",
        sourceRanges: ["198.51.100.0/24", "2001:db8::/32"],
        healthCheckNodePort: 32000,
        healthCheck: {
          disabled: false,
          interval: "5s",
          timeout: "1.5s",
          unhealthyThreshold: 3,
          healthyThreshold: 1,
        },
        ipFamilies: ["IPv6", "IPv4"],
        ipFamilyPolicy: "PreferDualStack",
      },
    }],
    [addressesResource, {
      spec: {
        endpoints: [{
          addresses: ["10.244.1.7"],
          ports: [{ name: "http", port: 8080, protocol: "TCP" }],
          ready: false,
          serving: true,
          terminating: true,
          nodeName: "node-1",
          zone: "a",
        }],
      },
    }],
    [routeResource, { spec: { endpoints, resolved: { parents: [{ accepted: true }] } } }],
    [configResource, {
      spec: {
        endpointPolicy: { allowedCIDRs: ["127.0.0.0/8"], deniedCIDRs: ["10.0.0.0/8"] },
        envoyProxy: { portRange: "20000-20999", topology: "global" },
      },
    }],
  ];
  for (const [resource, object] of objects) {
    assertKept(await tryCreate(plane(), resource, object), object);
  }
});

Deno.test("an embedded object and its Services are kept whole", async () => {
  const object = {
    spec: {
      endpoints: [{ name: "default", addressesReference: { name: "default" } }],
      source: {
        kubernetes: {
          resource: {
            apiVersion: "networking.k8s.io/v1",
            kind: "Ingress",
            metadata: { name: "web", namespace: "shop", uid: "1-2-3", annotations: { a: "b" } },
            spec: { rules: [{ host: "shop.example.com", http: { paths: [] } }] },
            status: { loadBalancer: {} },
          },
          services: [{
            apiVersion: "v1",
            kind: "Service",
            metadata: { name: "web", namespace: "shop" },
            spec: { ports: [{ port: 80, nodePort: 31080, targetPort: "http" }], type: "NodePort" },
            status: { loadBalancer: {} },
          }],
        },
      },
    },
  };
  assertKept(await tryCreate(plane(), routeResource, object), object);
});

const refused: Record<string, [CustomResource<KubeObject>, Fields, RegExp]> = {
  "no endpoints": [loadBalancerResource, { spec: {} }, /spec\.endpoints: Required/],
  "an empty list of endpoints": [
    loadBalancerResource,
    { spec: { endpoints: [] } },
    /spec\.endpoints.*at least 1 items/,
  ],
  "an unknown protocol": [
    loadBalancerResource,
    { spec: { endpoints, ports: [{ port: 80, protocol: "SCTP" }] } },
    /spec\.ports\[0\]\.protocol: Unsupported value: "SCTP"/,
  ],
  "an address that says nothing": [
    loadBalancerResource,
    { spec: { endpoints: [{ addresses: [{}], ports: [{ port: 80 }] }] } },
    /at least one of ip or hostname must be set/,
  ],
  "an address with empty strings": [
    addressesResource,
    { spec: { addresses: [{ ip: "", hostname: "" }] } },
    /at least one of ip or hostname must be set/,
  ],
  "an empty list of addresses": [
    addressesResource,
    { spec: { addresses: [] } },
    /spec\.addresses.*at least 1 items/,
  ],
  "an unknown persistence": [
    loadBalancerResource,
    { spec: { endpoints, persistence: { type: "Cookie" } } },
    /persistence\.type: Unsupported value/,
  ],
  "an unknown topology": [
    configResource,
    { spec: { envoyProxy: { topology: "mesh" } } },
    /topology: Unsupported value/,
  ],
  "no Envoys": [
    tenantResource,
    { spec: { envoyProxy: { replicas: 0 } } },
    /replicas.*greater than or equal to 1/,
  ],
  "secret data that is not base64": [syncSecretResource, { data: { a: "%" } }, /data\.a/],
};

for (const [shape, [resource, object, message]] of Object.entries(refused)) {
  Deno.test(`refused, as upstream refuses it: ${resource.type.kind} with ${shape}`, async () => {
    const answer = await tryCreate(plane(), resource, object);
    assert(!answer.accepted);
    assert.match(answer.message, message);
  });
}

Deno.test("a hub may leave the shared topology again", async () => {
  const shared = await create(plane(), configResource, { spec: { envoyProxy: {} } });
  const path = `${collectionOf(configResource)}/${shared.metadata.name}`;
  const patch = { spec: { envoyProxy: { topology: "global" } } };
  await plane().admin.request("PATCH", path, patch, "application/merge-patch+json");
});

Deno.test("defaults are upstream's, and a spec is always there", async () => {
  const lb = await tryCreate(plane(), loadBalancerResource, { spec: { endpoints } });
  assertKept(lb, { spec: { type: "ClusterIP" } });
  const config = await tryCreate(plane(), configResource, {
    spec: { envoyProxy: { gracefulShutdown: {} } },
  });
  const gracefulShutdown = {
    disabled: false,
    drainTimeout: "60s",
    minDrainDuration: "5s",
    terminationGracePeriodSeconds: 300,
  };
  assertKept(config, {
    spec: { envoyProxy: { topology: "shared", replicas: 3, gracefulShutdown } },
  });
  for (const resource of [configResource, tenantResource, tenantStateResource]) {
    assertKept(await tryCreate(plane(), resource, {}), { spec: {} });
  }
});

Deno.test("what is null is absent, but not in a list", async () => {
  const table: [CustomResource<KubeObject>, Fields, boolean][] = [
    [tenantResource, { spec: null }, true],
    [loadBalancerResource, { spec: { endpoints, type: null } }, true],
    [loadBalancerResource, { spec: { endpoints, ports: null } }, true],
    [loadBalancerResource, { spec: { endpoints: null } }, false],
    [loadBalancerResource, { spec: null }, false],
    [loadBalancerResource, { spec: { endpoints: [null] } }, false],
    [loadBalancerResource, { spec: { endpoints, sourceRanges: [null] } }, false],
    [configResource, { spec: { propagatedAnnotations: { a: null } } }, true],
    [configResource, { spec: { propagatedAnnotations: null } }, true],
    [syncSecretResource, { data: { a: null } }, true],
  ];
  for (const [resource, object, expected] of table) {
    const { accepted } = await tryCreate(plane(), resource, object);
    const { group, version, kind } = resource.type;
    const ours = validateObject(resource, { ...object, apiVersion: `${group}/${version}`, kind });
    assert.deepEqual([accepted, ours.length === 0], [expected, expected], JSON.stringify(object));
  }
});

Deno.test("one condition per type: a second is refused", async () => {
  const object = await create(plane(), addressesResource, { spec: {} });
  const ready = {
    type: "Ready",
    status: "True",
    observedGeneration: 1,
    reason: "Ready",
    message: "",
    lastTransitionTime: "2026-01-31T12:00:00Z",
  };
  const status = { observedGeneration: 1, conditions: [ready] };
  assertKept(await tryStatus(plane(), addressesResource, object, status), { status });
  const twice = { conditions: [ready, { ...ready, status: "False" }] };
  assert(!(await tryStatus(plane(), addressesResource, object, twice)).accepted);
});

Deno.test("kubectl get shows upstream's columns first, then ours", async () => {
  const expected = {
    Addresses: "Age",
    Config: "Edition Version Age",
    LoadBalancer: "OriginName OriginNamespace Hostname Address Ready Age",
    Route: "OriginName OriginNamespace OriginResource Ready Age",
    SyncSecret: "Type Phase Age",
    Tenant: "Phase Age",
    TenantState: "Edition Age",
  };
  const kubectl = await findBinary("kubectl");
  const shown = await Promise.all(customResources.map(async (resource) => {
    const { kind } = resource.type;
    await create(plane(), resource, /LoadBalancer|Route/.test(kind) ? { spec: { endpoints } } : {});
    const { stdout } = await new Deno.Command(kubectl, {
      args: [`--kubeconfig=${plane().adminKubeconfig}`, "get", resource.type.plural],
    }).output();
    const [header = ""] = new TextDecoder().decode(stdout).split("\n");
    return [kind, header.trim().split(/ +/).slice(1).join(" ")];
  }));
  const upper = Object.entries(expected).map(([kind, names]) => [kind, names.toUpperCase()]);
  assert.deepEqual(Object.fromEntries(shown), Object.fromEntries(upper));
});
