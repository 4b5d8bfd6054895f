/**
 * LoadBalancers in the hub: Service, address, status, traffic; bad ones beside good neighbours.
 *
 * @module
 */
import assert from "node:assert/strict";
import { upstreamLoadBalancers } from "../apis/upstream_objects.ts";
import { askTcp, eventually, TcpBackend } from "../harness/mod.ts";
import { configPath, sharedHub } from "./hub_fixture.ts";

const shared = sharedHub({}, (hub) => hub.tenants("acme", "other"));

Deno.test("a load balancer gets a Service, an address and a status, and answers", async () => {
  const hub = shared();
  await using _backend = new TcpBackend({
    address: hub.network.nodeAddress(1),
    port: 31080,
    identity: "one",
  });
  await hub.createLoadBalancer("acme", "web");
  const address = await hub.addressOf("acme", "web");
  const service = await hub.hubService("acme", "web");
  assert.equal(service?.spec.type, "LoadBalancer");
  assert.equal(service?.spec.loadBalancerClass, "kubelb.k8c.io/host");
  assert.equal(service?.status?.loadBalancer?.ingress?.[0]?.ip, address);
  const { targetPort } = service?.spec.ports?.[0] ?? {};
  assert.ok(Number(targetPort) >= 10_000 && Number(targetPort) <= 29_999);

  await eventually(() => askTcp(address, 8080), { describe: "an answer through Envoy" });
  await hub.condition("acme", "web", "Ready", { status: "True" });
  await hub.condition("acme", "web", "Programmed", { status: "True", reason: "Programmed" });
  const { status } = (await hub.loadBalancer("acme", "web"))!;
  assert.equal(status?.service?.ports?.[0]?.targetPort, targetPort);
  assert.equal(status?.service?.ports?.[0]?.upstreamTargetPort, 31080);
  assert.equal(status?.observedGeneration, 1);
});

Deno.test("a requested address is given, shared by the tenant's other ports, and refused else", async () => {
  const hub = shared();
  const wanted = hub.network.addressPool.replace(/\.0\/25$/, ".77");
  const on = (port: number) => ({ loadBalancerIP: wanted, ports: [{ name: "web", port }] });
  await hub.createLoadBalancer("acme", "first", on(80));
  assert.equal(await hub.addressOf("acme", "first"), wanted);
  await hub.createLoadBalancer("acme", "second", on(81));
  assert.equal(await hub.addressOf("acme", "second"), wanted);
  await hub.createLoadBalancer("acme", "third", on(80));
  const refused = { status: "False", reason: "AddressUnavailable" };
  const { message } = await hub.condition("acme", "third", "AddressAssigned", refused);
  assert.match(message, /tenant-acme\/envoy-first/);
  await hub.createLoadBalancer("other", "stranger", on(82));
  await hub.condition("other", "stranger", "AddressAssigned", refused);
  await hub.deleteLoadBalancer("acme", "first");
  assert.equal(await hub.addressOf("acme", "third"), wanted, "the one that waited is served");
});

Deno.test("an address outside the pool is refused with the reason", async () => {
  const hub = shared();
  await hub.createLoadBalancer("acme", "outside", { loadBalancerIP: "198.51.100.1" });
  const refused = { status: "False", reason: "AddressUnavailable" };
  const { message } = await hub.condition("acme", "outside", "AddressAssigned", refused);
  assert.match(message, /198\.51\.100\.1 is not in the pool/);
  await hub.createLoadBalancer("acme", "outside");
  assert.ok(await hub.addressOf("acme", "outside"), "without the wish it gets one");
});

Deno.test("bad load balancers say what is wrong, and their neighbours are unharmed", async () => {
  const hub = shared();
  const bad: [name: string, spec: object, message: RegExp][] = [
    ["no-ports", { ports: [] }, /spec\.ports is empty/],
    ["port-0", { ports: [{ port: 0 }] }, /spec\.ports\[0\]\.port 0 is out of range/],
    ["port-65536", { ports: [{ port: 65536 }] }, /65536 is out of range/],
    ["twice", { ports: [{ port: 80 }, { port: 80 }] }, /TCP 80 is spec\.ports\[0\] already/],
    ["ranges", { sourceRanges: ["ten"] }, /spec\.sourceRanges\[0\] "ten"/],
    ["strange-type", { type: "ExternalName" }, /spec\.type "ExternalName"/],
  ];
  for (const [name, spec] of bad) await hub.createLoadBalancer("acme", name, spec);
  await hub.createLoadBalancer("acme", "neighbour");
  await hub.addressOf("acme", "neighbour");
  for (const [name, , expected] of bad) {
    const wanted = { status: "False", reason: "Invalid" };
    const { message } = await hub.condition("acme", name, "Accepted", wanted);
    assert.match(message, expected);
    await hub.condition("acme", name, "Ready", wanted);
  }
  await hub.createLoadBalancer("acme", "no-ports");
  assert.ok(await hub.addressOf("acme", "no-ports"), "a mended one is served");
});

Deno.test("a hundred ports, a missing protocol and unequal endpoint groups are served", async () => {
  const hub = shared();
  const numbers = Array.from({ length: 100 }, (_, index) => index + 1);
  // Some of them, the first and the last among them, are asked.
  const asked = [1, 50, 100];
  await using stack = new AsyncDisposableStack();
  for (const number of asked) {
    const [address, port] = [hub.network.nodeAddress(1), 31_000 + number];
    stack.use(new TcpBackend({ address, port, identity: `port ${number}` }));
  }
  await hub.createLoadBalancer("acme", "hundred", {
    ports: numbers.map((port) => ({ port })),
    endpoints: [{
      addressesReference: { name: "default" },
      ports: numbers.map((port) => ({ port: 31_000 + port })),
    }, {
      addresses: [{ ip: hub.network.nodeAddress(3) }],
      ports: [{ port: 32_000 }],
    }],
  });
  await hub.condition("acme", "hundred", "Programmed", { status: "True" }, 20_000);
  const service = await hub.hubService("acme", "hundred");
  const listeners = new Set(service?.spec.ports?.map(({ targetPort }) => targetPort));
  assert.equal(listeners.size, 100);
  const address = await hub.addressOf("acme", "hundred");
  for (const number of asked) {
    await eventually(async () => await askTcp(address, number) === `port ${number}`, {
      describe: `an answer on port ${number}`,
    });
  }
});

Deno.test("an address reference that does not exist makes that object wait, and keeps what was good", async () => {
  const hub = shared();
  await using _backend = new TcpBackend({
    address: hub.network.nodeAddress(1),
    port: 31081,
    identity: "kept",
  });
  const endpoints = (reference: string) => [{
    addressesReference: { name: reference },
    ports: [{ name: "web", port: 31081 }],
  }];
  await hub.createLoadBalancer("acme", "lost", { endpoints: endpoints("nowhere") });
  const missing = { status: "False", reason: "AddressesNotFound" };
  const { message } = await hub.condition("acme", "lost", "ResourcesResolved", missing);
  assert.match(message, /Addresses "nowhere"/);

  await hub.createLoadBalancer("acme", "lost", { endpoints: endpoints("default") });
  const address = await hub.addressOf("acme", "lost");
  await eventually(() => askTcp(address, 8080), { describe: "an answer" });
  await hub.createLoadBalancer("acme", "lost", { endpoints: endpoints("nowhere") });
  await hub.condition("acme", "lost", "ResourcesResolved", missing);
  assert.equal(await askTcp(address, 8080), "kept");
});

Deno.test("a forbidden endpoint is left out, told, and comes back when the operator allows it", async () => {
  const hub = shared();
  await using _backend = new TcpBackend({ address: "127.0.0.9", port: 31082, identity: "inside" });
  await hub.createLoadBalancer("acme", "sneaky", {
    endpoints: [{ addresses: [{ ip: "127.0.0.9" }], ports: [{ name: "web", port: 31082 }] }],
  });
  const forbidden = { status: "False", reason: "ForbiddenEndpoint" };
  const { message } = await hub.condition("acme", "sneaky", "ResourcesResolved", forbidden);
  assert.match(message, /127\.0\.0\.9 is a loopback address/);
  const address = await hub.addressOf("acme", "sneaky");
  await assert.rejects(askTcp(address, 8080));

  await hub.setConfig({ endpointPolicy: { allowedCIDRs: ["127.0.0.9/32"] } });
  await hub.condition("acme", "sneaky", "ResourcesResolved", { status: "True" });
  assert.equal(await eventually(() => askTcp(address, 8080)), "inside");
  await hub.admin.request("DELETE", configPath);
  await hub.condition("acme", "sneaky", "ResourcesResolved", forbidden);
  await eventually(() => askTcp(address, 8080).then(() => false, () => true), {
    describe: "the forbidden endpoint to be out of use again",
  });
});

Deno.test("a foreign Service in the way is left alone", async () => {
  const hub = shared();
  const path = "/api/v1/namespaces/tenant-acme/services/envoy-blocked";
  await hub.admin.apply(path, {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "envoy-blocked", namespace: "tenant-acme" },
    spec: { ports: [{ port: 1 }] },
  });
  await hub.createLoadBalancer("acme", "blocked");
  const refused = { status: "False", reason: "ServiceConflict" };
  await hub.condition("acme", "blocked", "Accepted", refused);
  assert.deepEqual((await hub.hubService("acme", "blocked"))?.spec.type, "ClusterIP");
  await hub.admin.request("DELETE", path);
  assert.ok(await hub.addressOf("acme", "blocked"));
});

Deno.test("switched off for a tenant, a load balancer loses Service, address and listener", async () => {
  const hub = shared();
  await hub.createLoadBalancer("other", "switched");
  const address = await hub.addressOf("other", "switched");
  const set = (disable: boolean) =>
    hub.admin.apply("/apis/kubelb.k8c.io/v1alpha1/tenants/other", {
      apiVersion: "kubelb.k8c.io/v1alpha1",
      kind: "Tenant",
      metadata: { name: "other" },
      spec: { loadBalancer: { disable } },
    });
  await set(true);
  for (const type of ["Accepted", "Programmed"]) {
    await hub.condition("other", "switched", type, { status: "False", reason: "Disabled" });
  }
  await eventually(async () => await hub.hubService("other", "switched") === undefined);
  const { status } = (await hub.loadBalancer("other", "switched"))!;
  assert.deepEqual(status?.loadBalancer?.ingress ?? [], []);
  await eventually(() =>
    Deno.connect({ hostname: address, port: 8080 }).then((connection) => {
      connection.close();
      return false;
    }, () => true), { describe: "the listener to be gone", deadline: 20_000 });
  await set(false);
  assert.ok(await hub.addressOf("other", "switched"));
  await hub.condition("other", "switched", "Programmed", { status: "True" });
});

Deno.test("a deleted load balancer leaves no Service, and its listener goes", async () => {
  const hub = shared();
  await hub.createLoadBalancer("acme", "short");
  const address = await hub.addressOf("acme", "short");
  await hub.condition("acme", "short", "Programmed", { status: "True" });
  await hub.deleteLoadBalancer("acme", "short");
  await eventually(async () => await hub.loadBalancer("acme", "short") === undefined);
  await eventually(async () => await hub.hubService("acme", "short") === undefined);
  await eventually(() =>
    Deno.connect({ hostname: address, port: 8080 }).then((connection) => {
      connection.close();
      return false;
    }, () => true), { describe: "the listener to be gone" });
});

Deno.test("a hub Service that upstream's manager wrote is taken over: listener ports stay, leftovers go", async () => {
  const hub = shared();
  await hub.createLoadBalancer("acme", "adopted");
  await hub.addressOf("acme", "adopted");
  const path = "/api/v1/namespaces/tenant-acme/services/envoy-adopted";
  const service = (await hub.hubService("acme", "adopted"))!;
  // As upstream writes: a plain update of everything, here with a port and an annotation too many.
  const { metadata, spec } = service;
  const { managedFields: _, resourceVersion: __, ...kept } = metadata;
  const leftover = { name: "old", protocol: "TCP", port: 9090, targetPort: 64_000 };
  await hub.admin.request("PUT", `${path}?fieldManager=kubelb`, {
    ...service,
    metadata: { ...kept, managedFields: [{}] },
    spec: { ...spec, ports: [...spec.ports!, leftover] },
  });
  await eventually(async () => {
    const ports = (await hub.hubService("acme", "adopted"))?.spec.ports;
    assert.deepEqual(
      ports?.map(({ port, targetPort }) => [port, targetPort]),
      spec.ports!.map(({ port, targetPort }) => [port, targetPort]),
    );
    return true;
  }, { describe: "the port that nobody wants to go" });
});

Deno.test("what another program wrote of a port is no obstacle to what is wanted", async () => {
  const hub = shared();
  await hub.createLoadBalancer("acme", "renumbered");
  const address = await hub.addressOf("acme", "renumbered");
  const path = "/api/v1/namespaces/tenant-acme/services/envoy-renumbered";
  const edit = (field: string, value: number) => {
    const patch = [{ op: "replace", path: `/spec/ports/0/${field}`, value }];
    return hub.admin.request("PATCH", path, patch, "application/json-patch+json");
  };
  const expectPort = (port: number, targetPort: number) =>
    eventually(async () => {
      const { ports = [] } = (await hub.hubService("acme", "renumbered"))!.spec;
      assert.deepEqual(ports.map((found) => [found.port, found.targetPort]), [[port, targetPort]]);
      return true;
    }, { describe: `port ${port} with listener port ${targetPort}` });

  // Another number with the same name: applied beside it, ours would be the second of that name.
  const { ports = [] } = (await hub.hubService("acme", "renumbered"))!.spec;
  await edit("port", 4242);
  await expectPort(8080, Number(ports[0]!.targetPort));

  // A listener port that somebody else chose counts, and goes along when the tenant changes the port.
  await edit("targetPort", 29_000);
  await hub.createLoadBalancer("acme", "renumbered", { ports: [{ name: "web", port: 8081 }] });
  await expectPort(8081, 29_000);
  await hub.condition("acme", "renumbered", "Accepted", { status: "True" });
  assert.equal(await hub.addressOf("acme", "renumbered"), address);
});

Deno.test("a deleted load balancer that another's finalizer holds says so, and has no address", async () => {
  const hub = shared();
  await hub.createLoadBalancer("acme", "held");
  await hub.addressOf("acme", "held");
  const path = "/apis/kubelb.k8c.io/v1alpha1/namespaces/tenant-acme/loadbalancers/held";
  const setFinalizers = (finalizers: string[]) =>
    hub.admin.request("PATCH", path, { metadata: { finalizers } }, "application/merge-patch+json");
  await setFinalizers(["kubelb.k8c.io/cleanup", "example.com/hold"]);
  await hub.deleteLoadBalancer("acme", "held");
  const ready = await hub.condition("acme", "held", "Ready", { reason: "Terminating" });
  assert.match(ready.message, /example\.com\/hold/);
  const held = await hub.loadBalancer("acme", "held");
  assert.deepEqual(held?.status?.loadBalancer?.ingress ?? [], []);
  assert.deepEqual(held?.metadata.finalizers, ["example.com/hold"]);
  await setFinalizers([]);
  await eventually(async () => await hub.loadBalancer("acme", "held") === undefined);
});

Deno.test("every load balancer that an upstream CCM can write is taken, or told why not", async () => {
  const hub = shared();
  for (const [what, object] of Object.entries(upstreamLoadBalancers)) {
    const { metadata, spec } = structuredClone(object) as {
      metadata: { name: string; labels: object; annotations?: object };
      spec: { type: string; ports?: unknown[] };
    };
    const path = "/apis/kubelb.k8c.io/v1alpha1/namespaces/tenant-acme/loadbalancers";
    await hub.admin.request("POST", path, {
      apiVersion: "kubelb.k8c.io/v1alpha1",
      kind: "LoadBalancer",
      metadata: { ...metadata, namespace: "tenant-acme" },
      spec,
    });
    const servable = (spec.ports?.length ?? 0) > 0;
    const accepted = { status: servable ? "True" : "False" };
    await hub.condition("acme", metadata.name, "Accepted", accepted).catch((error) => {
      throw new Error(what, { cause: error });
    });
    if (servable && spec.type === "LoadBalancer") await hub.addressOf("acme", metadata.name);
    const { finalizers } = (await hub.loadBalancer("acme", metadata.name))!.metadata;
    if (servable) assert.deepEqual(finalizers, ["kubelb.k8c.io/cleanup"], what);
  }
});
