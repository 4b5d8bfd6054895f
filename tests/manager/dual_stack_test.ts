/**
 * IPv6 addresses, alone and beside IPv4 ones, in a hub whose own Services have IPv4 only.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemRandom } from "../../base/random.ts";
import type { LoadBalancerSpec } from "../../apis/kubelb/v1alpha1/mod.ts";
import { loopbackNetwork } from "../../tools/installation/loopback_network.ts";
import { askTcp, eventually, freePort, TcpBackend } from "../harness/mod.ts";
import { sharedHub } from "./hub_fixture.ts";

const { addressPool: pool } = loopbackNetwork();
const network = pool.slice(0, pool.lastIndexOf("."));
/** Of its own, so that tests never meet; no machine has it, and Envoy binds it all the same. */
const prefix = `fd7e:${(0x1000 + Math.floor(systemRandom() * 0xefff)).toString(16)}::`;

// ::1 is the one that clients can reach here; a test asks for it by name.
const shared = sharedHub(
  { addressPool: `${pool},${prefix}1-${prefix}4,::1` },
  (hub) => hub.tenants("acme"),
);

/** Waits until Envoy listens on exactly these addresses for a load balancer. */
async function hasAddresses(name: string, pattern: RegExp): Promise<string> {
  const hub = shared();
  return await eventually(async () => {
    await hub.condition("acme", name, "Programmed", { status: "True" });
    const { status } = (await hub.loadBalancer("acme", name))!;
    const addresses = (status?.loadBalancer?.ingress ?? []).map(({ ip }) => ip).join();
    assert.match(addresses, pattern);
    return addresses;
  }, { describe: `${name} to have ${pattern}` });
}

const four = `${network.replaceAll(".", "\\.")}\\.\\d+`;
const six = `${prefix}\\d`;

const families: readonly [string, NonNullable<LoadBalancerSpec["ipFamilies"]>][] = [
  [`^${four},${six}$`, ["IPv4", "IPv6"]],
  [`^${six},${four}$`, ["IPv6", "IPv4"]],
];
for (const policy of ["PreferDualStack", "RequireDualStack"] as const) {
  Deno.test(`${policy}: an address of each family, the primary first`, async () => {
    for (const [pattern, ipFamilies] of families) {
      await shared().createLoadBalancer("acme", "dual", { ipFamilies, ipFamilyPolicy: policy });
      await hasAddresses("dual", new RegExp(pattern));
      await shared().deleteLoadBalancer("acme", "dual");
      await eventually(async () => await shared().loadBalancer("acme", "dual") === undefined);
    }
  });
}

Deno.test("a second family comes and goes with the policy, and the first address stays", async () => {
  const hub = shared();
  const ask = (
    ipFamilyPolicy: "SingleStack" | "PreferDualStack",
    ...ipFamilies: ("IPv4" | "IPv6")[]
  ) => hub.createLoadBalancer("acme", "grows", { ipFamilyPolicy, ipFamilies });
  await ask("SingleStack", "IPv6");
  const first = await hasAddresses("grows", new RegExp(`^${six}$`));
  await ask("PreferDualStack", "IPv6", "IPv4");
  await hasAddresses("grows", new RegExp(`^${first},${four}$`));
  await ask("SingleStack", "IPv6");
  await hasAddresses("grows", new RegExp(`^${first}$`));
});

Deno.test("what cannot be had of a family is told", async () => {
  const hub = shared();
  const spec = { ipFamilies: ["IPv6" as const], ipFamilyPolicy: "SingleStack" as const };
  // One of four is in use, and ::1 is the last that is given without being asked for.
  const names = ["a", "b", "c", "d"];
  for (const name of names) {
    await hub.createLoadBalancer("acme", name, spec);
    await hub.addressOf("acme", name);
  }
  const required = { ipFamilies: ["IPv4" as const, "IPv6" as const] };
  await hub.createLoadBalancer("acme", "late", { ...required, ipFamilyPolicy: "RequireDualStack" });
  const exhausted = { status: "False", reason: "AddressPoolExhausted" };
  const { message } = await hub.condition("acme", "late", "AddressAssigned", exhausted);
  assert.match(message, /all IPv6 addresses of the pool are in use/);
  await hub.deleteLoadBalancer("acme", "a");
  await hasAddresses("late", new RegExp(`^${four},${six}$`));
  for (const name of names.slice(1)) await hub.deleteLoadBalancer("acme", name);
});

Deno.test("an address is asked for in any notation, and none with a zone", async () => {
  const hub = shared();
  await hub.createLoadBalancer("acme", "long", {
    loadBalancerIP: `${prefix.slice(0, -1).toUpperCase()}0:0::0:0003`,
  });
  await hasAddresses("long", new RegExp(`^${prefix}3$`));
  const wanted = pool.slice(0, pool.indexOf("/"));
  await hub.createLoadBalancer("acme", "mapped", { loadBalancerIP: `::ffff:${wanted}` });
  await hasAddresses("mapped", new RegExp(`^${wanted}$`));
  await hub.createLoadBalancer("acme", "mapped", { loadBalancerIP: `${prefix}3%lo` });
  const invalid = { status: "False", reason: "Invalid" };
  const { message } = await hub.condition("acme", "mapped", "Accepted", invalid);
  assert.match(message, /spec\.loadBalancerIP "fd7e:.*%lo" is not an IP address/);
});

Deno.test("clients come over IPv6, and source ranges count for them", async () => {
  const hub = shared();
  const address = hub.network.nodeAddress(1);
  await using _backend = new TcpBackend({ address, port: 31080, identity: "node-1" });
  const port = freePort();
  const reachable = { loadBalancerIP: "0:0:0:0:0:0:0:1", ports: [{ name: "web", port }] };
  await hub.createLoadBalancer("acme", "reached", reachable);
  await hasAddresses("reached", /^::1$/);
  const ask = () => askTcp("::1", port);
  await eventually(async () => await ask() === "node-1", { deadline: 20_000 });
  const silent = () => eventually(() => ask().then(() => false, () => true));
  await hub.createLoadBalancer("acme", "reached", {
    ...reachable,
    sourceRanges: ["10.0.0.0/8", "FD00::/8"],
  });
  await silent();
  await hub.createLoadBalancer("acme", "reached", { ...reachable, sourceRanges: ["0::0/64"] });
  await eventually(async () => await ask() === "node-1");
});

Deno.test("for another implementation a Service asks for those families that the hub has", async () => {
  const hub = shared();
  await hub.setConfig({ loadBalancer: { class: "example.com/other" } });
  const accepted = async (name: string, spec: Partial<LoadBalancerSpec>, status: string) => {
    await hub.createLoadBalancer("acme", name, spec);
    return await hub.condition("acme", name, "Accepted", { status });
  };
  const familiesOf = async (name: string) => {
    const { ipFamilies, ipFamilyPolicy } = (await hub.hubService("acme", name))!.spec;
    return [ipFamilies, ipFamilyPolicy];
  };
  await accepted("only-six", { ipFamilies: ["IPv6"], ipFamilyPolicy: "SingleStack" }, "True");
  assert.deepEqual(await familiesOf("only-six"), [["IPv4"], "SingleStack"]);
  const both: Partial<LoadBalancerSpec> = { ipFamilies: ["IPv6", "IPv4"] };
  await accepted("prefers", { ...both, ipFamilyPolicy: "PreferDualStack" }, "True");
  assert.deepEqual(await familiesOf("prefers"), [["IPv4"], "PreferDualStack"]);
  const required: Partial<LoadBalancerSpec> = { ...both, ipFamilyPolicy: "RequireDualStack" };
  const { message } = await accepted("requires", required, "False");
  assert.match(message, /the hub refuses the Service: .*not configured for dual-stack/);
});
