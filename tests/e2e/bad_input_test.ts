/**
 * Tenants that write nonsense, and machines that misbehave: everyone is told what is wrong, recovers
 * when the cause is gone, and a neighbour does not lose a single request.
 *
 * @module
 */
import assert from "node:assert/strict";
import { ask } from "../../tools/demo/answers.ts";
import { sharedHub } from "../manager/hub_fixture.ts";
import { eventually, TcpBackend } from "../harness/mod.ts";
import { envoysOf } from "../../tools/installation/envoy_processes.ts";
import { SteadyLoad } from "../../tools/load/steady_load.ts";

/** Envoys come and go inside the tests; backends and load live from the first to the last. */
const shared = { sanitizeOps: false, sanitizeResources: false };

const backends = new AsyncDisposableStack();
let load: SteadyLoad;

const hub = sharedHub({}, async (fixture) => {
  await fixture.tenants("neighbour", "hostile");
  for (const number of [1, 2]) {
    const address = fixture.network.nodeAddress(number);
    backends.use(new TcpBackend({ address, port: 31080, identity: `node-${number}` }));
  }
  for (const tenant of ["neighbour", "hostile"]) {
    await fixture.createLoadBalancer(tenant, "web");
    const address = await fixture.addressOf(tenant, "web");
    await eventually(() => ask("TCP", address, 8080), { describe: `an answer to ${tenant}` });
    if (tenant === "neighbour") load = new SteadyLoad({ protocol: "TCP", address, port: 8080 });
  }
});

Deno.test.afterAll(async () => {
  await load?.stop();
  await backends.disposeAsync();
});

/** Ends every test: whatever the hostile tenant did, nobody else has noticed. */
function assertNeighbourUnharmed(): void {
  assert.ok(load.sent > 0);
  assert.equal(load.lost.length, 0, load.describe());
}

const long = 60_000;
const endpointsAt = (address: object) => ({
  endpoints: [{ addresses: [address], ports: [{ name: "web", port: 31080 }] }],
});

for (
  const [what, spec, type, reason] of [
    [
      "2,000 ports out of range",
      { ports: Array.from({ length: 2_000 }, (_, at) => ({ port: 70_000 + at })) },
      "Accepted",
      "Invalid",
    ],
    [
      "5,000 source ranges that are none",
      { sourceRanges: Array.from({ length: 5_000 }, (_, at) => `nonsense-${at}`) },
      "Accepted",
      "Invalid",
    ],
    ["a very long address", { loadBalancerIP: "z".repeat(long) }, "Accepted", "Invalid"],
    ["a very long type", { type: "z".repeat(long) }, "Accepted", "Invalid"],
    [
      "a very long endpoint",
      endpointsAt({ ip: "x".repeat(long) }),
      "ResourcesResolved",
      "ForbiddenEndpoint",
    ],
    [
      "a very long host name",
      endpointsAt({ hostname: "x".repeat(long) }),
      "ResourcesResolved",
      "HostnameUnresolved",
    ],
    [
      "a reference to a very long name",
      { endpoints: [{ addressesReference: { name: "y".repeat(long) }, ports: [{ port: 1 }] }] },
      "ResourcesResolved",
      "AddressesNotFound",
    ],
  ] as const
) {
  Deno.test(`a load balancer with ${what} is told so`, shared, async () => {
    await hub().createLoadBalancer("hostile", "nonsense", spec as never);
    await hub().condition("hostile", "nonsense", type, { status: "False", reason });
    await hub().deleteLoadBalancer("hostile", "nonsense");
    await eventually(async () => await hub().loadBalancer("hostile", "nonsense") === undefined, {
      describe: "the load balancer to be gone",
    });
    assertNeighbourUnharmed();
  });
}

Deno.test(
  "endpoints that mean the hub or its machine are refused however they are written",
  shared,
  async () => {
    const server = new URL(hub().hub.plane.server).hostname;
    for (
      const ip of [
        server,
        "127.0.0.1",
        "169.254.169.254",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:7f00:1",
      ]
        .concat(["0.0.0.0", "10.96.0.1", "2130706433", "0177.0.0.1", "127.1", " 127.0.0.1"])
    ) {
      await hub().createLoadBalancer("hostile", "spy", endpointsAt({ ip }));
      await hub().condition("hostile", "spy", "Ready", { reason: "ForbiddenEndpoint" });
    }
    await hub().createLoadBalancer("hostile", "spy", endpointsAt({ hostname: "localhost" }));
    await hub().condition("hostile", "spy", "Ready", { reason: "ForbiddenEndpoint" });
    await hub().deleteLoadBalancer("hostile", "spy");
    assertNeighbourUnharmed();
  },
);

Deno.test("a health check that no Envoy takes spoils nothing but itself", shared, async () => {
  const wrong = [
    { healthCheck: { interval: `${"9".repeat(400)}h` } },
    { healthCheck: { timeout: "99999999h" } },
    { healthCheckNodePort: 70_000 },
    { healthCheckNodePort: -1 },
  ];
  for (const [at, spec] of wrong.entries()) {
    await hub().createLoadBalancer("hostile", `check-${at}`, spec);
  }
  await hub().createLoadBalancer("hostile", "sibling");
  for (const at of wrong.keys()) {
    await hub().condition("hostile", `check-${at}`, "Accepted", { reason: "Invalid" });
    await hub().deleteLoadBalancer("hostile", `check-${at}`);
  }
  await hub().condition("hostile", "sibling", "Programmed", { status: "True" });
  await hub().deleteLoadBalancer("hostile", "sibling");
  assertNeighbourUnharmed();
});

Deno.test(
  "an address and port that another process uses is told, and taken when it is free",
  shared,
  async () => {
    const address = hub().network.nodeAddress(0).replace(/\.128$/, ".99");
    const intruder = Deno.listen({ hostname: address, port: 8080 });
    try {
      await hub().createLoadBalancer("hostile", "busy", { loadBalancerIP: address });
      const { message } = await hub().condition("hostile", "busy", "Programmed", {
        reason: "Rejected",
      });
      assert.match(message, /Address already in use/);
      await hub().condition("hostile", "busy", "Ready", { status: "False", reason: "Rejected" });
    } finally {
      intruder.close();
    }
    await eventually(() => ask("TCP", address, 8080), {
      describe: "an answer after the other process has gone",
      deadline: 20_000,
    });
    await hub().condition("hostile", "busy", "Ready", { status: "True" });
    await hub().deleteLoadBalancer("hostile", "busy");
    assertNeighbourUnharmed();
  },
);

Deno.test(
  "an Envoy starts again although somebody emptied the state directory",
  shared,
  async () => {
    const { folder } = hub().hub.manager;
    await Deno.remove(`${folder}/state/xds`, { recursive: true });
    await Deno.remove(`${folder}/state/fleets/tenant-hostile`, { recursive: true });
    const address = await hub().addressOf("hostile", "web");
    Deno.kill(await envoyOf("tenant-hostile"), "SIGKILL");
    await eventually(() => ask("TCP", address, 8080), { deadline: 20_000 });
    assertNeighbourUnharmed();
  },
);

Deno.test("fifty load balancers that come and go at once leave nothing", shared, async () => {
  for (let round = 0; round < 50; round++) {
    await hub().createLoadBalancer("hostile", "fleeting");
    // What was created may have been what the last deletion is about to take.
    await hub().deleteLoadBalancer("hostile", "fleeting").catch(() => {});
  }
  const names = async () => {
    const found = await hub().read<{ items: { metadata: { name: string } }[] }>(
      "/api/v1",
      "hostile",
      "services",
    );
    return found?.items.map(({ metadata }) => metadata.name);
  };
  await eventually(async () => {
    assert.deepEqual(await names(), ["envoy-web"]);
    return true;
  }, { describe: "only the first Service to be left" });
  assertNeighbourUnharmed();
});

/** The process of a fleet's Envoy. */
async function envoyOf(fleet: string): Promise<number> {
  for (const pid of await envoysOf(hub().hub.manager.folder)) {
    const commandLine = await Deno.readTextFile(`/proc/${pid}/cmdline`);
    if (commandLine.includes(`/${fleet}/`)) return pid;
  }
  throw new Error(`no Envoy of ${fleet}`);
}
