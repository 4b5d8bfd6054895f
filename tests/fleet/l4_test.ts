/** What translation promises, kept by the real Envoy. */
import assert from "node:assert/strict";
import type { HealthCheck } from "../../envoy/translate/mod.ts";
import { BlackHole } from "../../tools/backends/black_hole.ts";
import { eventually, freePort, HttpBackend, TcpBackend, UdpBackend } from "../harness/mod.ts";
import { askTcpFrom, askUdpFrom, type Outcome } from "./client.ts";
import { Fixture, l4Service } from "./fixture.ts";

/** Fast enough for a test. */
const pace = {
  intervalSeconds: 0.1,
  timeoutSeconds: 1,
  unhealthyThreshold: 1,
  healthyThreshold: 1,
};

const address = "127.0.0.1";

/** An endpoint where nobody listens. */
function deadEndpoint() {
  return { address, port: freePort() };
}

function at(backend: { readonly address: string; readonly port: number }) {
  return { address: backend.address, port: backend.port };
}

function answered(outcome: Outcome): string {
  assert("answer" in outcome, `refused: ${JSON.stringify(outcome)}`);
  return outcome.answer;
}

/** The different answers to many requests. */
async function identities(ask: () => Promise<Outcome>, times = 20): Promise<Set<string>> {
  const seen = new Set<string>();
  for (let request = 0; request < times; request++) seen.add(answered(await ask()));
  return seen;
}

Deno.test("TCP and UDP are served on every address of the binding, in turn by all endpoints", async () => {
  await using fixture = await Fixture.create();
  await using blue = new TcpBackend({ identity: "blue" });
  await using green = new TcpBackend({ identity: "green" });
  await using red = await UdpBackend.start({ identity: "red" });
  await using yellow = await UdpBackend.start({ identity: "yellow" });
  const addresses = ["127.0.78.1", "127.0.78.2", "::1"];
  const binding = { addresses, port: freePort(), freebind: true };
  const tcp = l4Service({ binding, endpoints: [at(blue), at(green)] });
  const udp = l4Service({ protocol: "UDP", binding, endpoints: [at(red), at(yellow)] });
  fixture.serve(tcp, udp);
  await fixture.start();
  for (const to of addresses) {
    assert.equal((await identities(() => askTcpFrom(binding, { to }))).size, 2, to);
  }
  for (const to of addresses.slice(0, 2)) {
    assert.equal((await identities(() => askUdpFrom(binding, { to }))).size, 2, to);
  }
});

Deno.test("a datagram longer than an Ethernet frame comes through both ways", async () => {
  await using fixture = await Fixture.create();
  await using red = await UdpBackend.start({ identity: "red" });
  const udp = l4Service({ protocol: "UDP", endpoints: [at(red)] });
  fixture.serve(udp);
  await fixture.start();
  const message = "x".repeat(9_000);
  assert.equal(answered(await askUdpFrom(udp.binding, { message })), "red");
});

Deno.test("an address that is on no interface is bound", async () => {
  await using fixture = await Fixture.create();
  const binding = { addresses: ["198.51.100.77"], port: freePort(), freebind: true };
  fixture.serve(l4Service({ binding }), l4Service({ protocol: "UDP", binding }));
  await fixture.start();
});

Deno.test("without endpoints a connection is closed and a datagram dropped", async () => {
  await using fixture = await Fixture.create();
  const tcp = l4Service();
  const udp = l4Service({ protocol: "UDP" });
  fixture.serve(tcp, udp);
  await fixture.start();
  assert("refused" in await askTcpFrom(tcp.binding));
  assert("refused" in await askUdpFrom(udp.binding));
});

for (const protocol of ["TCP", "UDP"] as const) {
  const ask = protocol === "TCP" ? askTcpFrom : askUdpFrom;

  Deno.test(`${protocol}: with SourceIP a client stays with its endpoint while clients spread`, async () => {
    await using fixture = await Fixture.create();
    await using backends = new AsyncDisposableStack();
    const endpoints = [];
    for (const identity of ["blue", "green", "red", "yellow"]) {
      const backend = protocol === "TCP"
        ? new TcpBackend({ identity })
        : await UdpBackend.start({ identity });
      endpoints.push(at(backends.use(backend)));
    }
    const service = l4Service({ protocol, persistence: "SourceIP", endpoints });
    fixture.serve(service);
    await fixture.start();
    const all = new Set<string>();
    for (let client = 1; client <= 16; client++) {
      const from = `127.0.79.${client}`;
      const seen = await identities(() => ask(service.binding, { from }), 4);
      assert.equal(seen.size, 1, `${from} was answered by ${[...seen]}`);
      for (const identity of seen) all.add(identity);
    }
    assert(all.size > 1, "all clients went to one endpoint");
  });

  Deno.test(`${protocol}: clients outside the source ranges are refused, those inside served`, async () => {
    await using fixture = await Fixture.create();
    await using backend = protocol === "TCP"
      ? new TcpBackend({ identity: "blue" })
      : await UdpBackend.start({ identity: "blue" });
    const sourceRanges = ["127.0.80.4/30", "10.0.0.0/8"];
    const service = l4Service({ protocol, sourceRanges, endpoints: [at(backend)] });
    fixture.serve(service);
    await fixture.start();
    for (const from of ["127.0.80.4", "127.0.80.7"]) {
      assert.equal(answered(await ask(service.binding, { from })), "blue", from);
    }
    for (const from of ["127.0.80.3", "127.0.80.8", "127.0.0.1"]) {
      assert("refused" in await ask(service.binding, { from }), from);
    }
    const refusals = protocol === "TCP"
      ? "envoy_listener_no_filter_chain_match"
      : "envoy_udp_downstream_sess_no_route";
    assert.equal(await fixture.metric(refusals), 3);
  });
}

Deno.test("a source range that is added or removed leaves open connections of others alone", async () => {
  await using fixture = await Fixture.create();
  await using blue = new TcpBackend({ identity: "blue" });
  const service = l4Service({ sourceRanges: ["127.0.0.0/16"], endpoints: [at(blue)] });
  fixture.serve(service);
  await fixture.start({ drainSeconds: 1 });
  const { binding } = service;
  using connection = await Deno.connect({ hostname: binding.addresses[0]!, port: binding.port });
  const buffer = new Uint8Array(100);
  await connection.read(buffer);

  fixture.serve({ ...service, sourceRanges: ["127.0.0.0/16", "127.9.9.9/32"] });
  const from = "127.9.9.9";
  await eventually(async () => "answer" in await askTcpFrom(binding, { from }));
  fixture.serve(service);
  await eventually(async () => "refused" in await askTcpFrom(binding, { from }));
  const draining = () => fixture.metric("envoy_listener_manager_total_filter_chains_draining");
  await eventually(async () => await draining() === 0, { describe: "the end of draining" });
  await connection.write(new TextEncoder().encode("still here"));
  assert.equal(await connection.read(buffer), "still here".length);
});

for (const persistence of [undefined, "SourceIP"] as const) {
  Deno.test(`no connection fails because of a dead endpoint (${persistence ?? "no"} persistence)`, async () => {
    await using fixture = await Fixture.create();
    await using blue = new TcpBackend({ identity: "blue" });
    const endpoints = [deadEndpoint(), at(blue)];
    const service = l4Service({ endpoints, ...(persistence && { persistence }) });
    fixture.serve(service);
    await fixture.start();
    for (let client = 1; client <= 30; client++) {
      const from = `127.0.81.${client}`;
      assert.equal(answered(await askTcpFrom(service.binding, { from })), "blue", from);
    }
  });
}

Deno.test("the only endpoint is never ejected", async () => {
  await using fixture = await Fixture.create();
  const endpoint = deadEndpoint();
  const service = l4Service({ endpoints: [endpoint] });
  fixture.serve(service);
  await fixture.start();
  for (let attempt = 0; attempt < 5; attempt++) {
    assert("refused" in await askTcpFrom(service.binding));
  }
  await using blue = new TcpBackend({ identity: "blue", port: endpoint.port });
  assert.equal(answered(await askTcpFrom(service.binding)), "blue");
  assert.equal(blue.peers.length, 1);
});

Deno.test("a health check takes a dead endpoint out before a client meets it, and back in", async () => {
  await using fixture = await Fixture.create();
  await using blue = new TcpBackend({ identity: "blue" });
  const green = new TcpBackend({ identity: "green" });
  const healthCheck: HealthCheck = { kind: "tcp", ...pace };
  const service = l4Service({ healthCheck, endpoints: [at(blue), at(green)] });
  fixture.serve(service);
  await fixture.start();
  const seen = () => identities(() => askTcpFrom(service.binding), 6);
  await eventually(async () => (await seen()).size === 2, { describe: "both" });
  await green[Symbol.asyncDispose]();
  await eventually(async () => (await fixture.metric("envoy_cluster_health_check_failure")) > 0);
  assert.deepEqual(await seen(), new Set(["blue"]));
  await using _again = new TcpBackend({ identity: "green", port: green.port });
  await eventually(async () => (await seen()).size === 2, { describe: "both again" });
});

Deno.test("a backend that comes up after its first health check failed is reached at once", async () => {
  await using fixture = await Fixture.create();
  const endpoint = deadEndpoint();
  const healthCheck: HealthCheck = { kind: "tcp", ...pace, intervalSeconds: 60 };
  const service = l4Service({ healthCheck, endpoints: [endpoint] });
  fixture.serve(service);
  await fixture.start();
  await eventually(async () => (await fixture.metric("envoy_cluster_health_check_failure")) > 0);
  await using blue = new TcpBackend({ identity: "blue", port: endpoint.port });
  assert.equal(answered(await askTcpFrom(service.binding)), "blue");
  assert.equal(blue.peers.length, 1);
});

for (const proxyProtocol of [undefined, "v2"] as const) {
  for (const protocol of ["TCP", "UDP"] as const) {
    if (protocol === "UDP" && proxyProtocol !== undefined) continue;
    const ask = protocol === "TCP" ? askTcpFrom : askUdpFrom;

    Deno.test(`${protocol}: only nodes whose health check port says so get traffic (PROXY protocol: ${proxyProtocol ?? "no"})`, async () => {
      await using fixture = await Fixture.create();
      await using backends = new AsyncDisposableStack();
      const checkPort = freePort();
      const nodes = ["127.0.82.1", "127.0.82.2"];
      const checks = nodes.map((address) =>
        backends.use(new HttpBackend({ address, port: checkPort, identity: address }))
      );
      checks[1]!.status = 503;
      const endpoints = [];
      for (const address of nodes) {
        const backend = protocol === "TCP"
          ? new TcpBackend({ address, identity: address })
          : await UdpBackend.start({ address, identity: address });
        endpoints.push(at(backends.use(backend)));
      }
      const healthCheck: HealthCheck = {
        kind: "http",
        port: checkPort,
        path: "/healthz",
        ...pace,
      };
      const service = l4Service({
        protocol,
        healthCheck,
        endpoints,
        ...(proxyProtocol && { proxyProtocol }),
      });
      fixture.serve(service);
      await fixture.start();
      const seen = () => identities(() => ask(service.binding), 6);
      assert.deepEqual(await seen(), new Set(["127.0.82.1"]));
      assert.equal(checks[0]!.requests[0]!.path, "/healthz");

      checks[0]!.status = 503;
      checks[1]!.status = 200;
      await eventually(async () => {
        const now = await seen();
        return now.size === 1 && now.has("127.0.82.2");
      }, { describe: "the other node" });
      const connections = new Set(checks[0]!.requests.map(({ peerPort }) => peerPort));
      assert.equal(connections.size, checks[0]!.requests.length, "no connection is kept");
    });
  }
}

Deno.test("with PROXY protocol v2 an endpoint learns the client's address", async () => {
  await using fixture = await Fixture.create();
  const received = Promise.withResolvers<Uint8Array>();
  using listener = Deno.listen({ hostname: address, port: 0 });
  const accepted = listener.accept().then(async (connection) => {
    const buffer = new Uint8Array(100);
    received.resolve(buffer.subarray(0, await connection.read(buffer) ?? 0));
    connection.close();
  });
  const endpoints = [{ address, port: listener.addr.port }];
  const service = l4Service({ proxyProtocol: "v2", endpoints });
  fixture.serve(service);
  await fixture.start();
  await askTcpFrom(service.binding, { from: "127.0.83.9" });
  await accepted;
  const header = await received.promise;
  assert.equal(new TextDecoder().decode(header.subarray(0, 12)), "\r\n\r\n\0\r\nQUIT\n");
  assert.deepEqual([...header.subarray(16, 20)], [127, 0, 83, 9]);
});

Deno.test("a listener that goes takes no new connections, and cuts the open ones after the drain time", async () => {
  await using fixture = await Fixture.create();
  await using blue = new TcpBackend({ identity: "blue" });
  const service = l4Service({ endpoints: [at(blue)] });
  fixture.serve(service);
  await fixture.start({ drainSeconds: 1 });
  const { addresses: [hostname], port } = service.binding;
  using connection = await Deno.connect({ hostname: hostname!, port });
  const buffer = new Uint8Array(100);
  await connection.read(buffer);
  fixture.serve();
  await eventually(async () => {
    const outcome = await askTcpFrom(service.binding);
    return "refused" in outcome && outcome.refused === "ECONNREFUSED";
  });
  await connection.write(new TextEncoder().encode("still here"));
  assert.equal(await connection.read(buffer), "still here".length);
  assert.equal(await connection.read(buffer).catch(() => null), null, "closed in the end");
});

Deno.test("a listener that moves to another address serves there, and no longer where it was", async () => {
  await using fixture = await Fixture.create();
  await using blue = new TcpBackend({ identity: "blue" });
  const service = l4Service({ endpoints: [at(blue)] });
  fixture.serve(service);
  await fixture.start();
  answered(await askTcpFrom(service.binding));
  const binding = { ...service.binding, addresses: ["127.0.84.1"] };
  fixture.serve({ ...service, binding });
  await eventually(async () => "answer" in await askTcpFrom(binding));
  await eventually(async () => "refused" in await askTcpFrom(service.binding));
});

Deno.test("the access log says why nobody answered", async () => {
  await using fixture = await Fixture.create();
  const accessLogPath = fixture.sandbox.path("access.log");
  const empty = l4Service({ accessLogPath });
  const dead = l4Service({ accessLogPath, endpoints: [deadEndpoint()] });
  fixture.serve(empty, dead);
  await fixture.start();
  await askTcpFrom(empty.binding);
  await askTcpFrom(dead.binding);
  await eventually(async () => {
    const lines = (await Deno.readTextFile(accessLogPath)).trim().split("\n");
    const seen = lines.map((line) => JSON.parse(line)).map(
      ({ flags, connectAttempts, failure }) => {
        return { flags, connectAttempts, failure };
      },
    );
    assert.deepEqual(seen, [
      { flags: "UH", connectAttempts: 0, failure: null },
      { flags: "UF,URX", connectAttempts: 5, failure: "delayed_connect_error:_Connection_refused" },
    ]);
    return true;
  });
});

Deno.test("each UDP session leaves a line in the access log", async () => {
  await using fixture = await Fixture.create();
  await using red = await UdpBackend.start({ identity: "red" });
  const accessLogPath = fixture.sandbox.path("access.log");
  const service = l4Service({ protocol: "UDP", accessLogPath, endpoints: [at(red)] });
  fixture.serve(service);
  await fixture.start();
  await askUdpFrom(service.binding, { from: "127.0.85.2", message: "12345" });
  // The session would last another minute; it ends with its listener.
  fixture.serve();
  const line = await eventually(() => Deno.readTextFile(accessLogPath));
  const { startTime: _start, durationMs: _duration, client, ...rest } = JSON.parse(line);
  assert.match(client, /^127\.0\.85\.2:\d+$/);
  const { binding: { addresses, port } } = service;
  assert.deepEqual(rest, {
    service: service.name,
    protocol: "UDP",
    listener: `${addresses[0]}:${port}`,
    endpoint: `127.0.0.1:${red.port}`,
    bytesFromClient: 5,
    bytesToClient: "red\n12345".length,
    datagramsFromClient: 1,
    datagramsToClient: 1,
  });
});

Deno.test("each connection leaves a line in the access log", async () => {
  await using fixture = await Fixture.create();
  await using blue = new TcpBackend({ identity: "blue" });
  const accessLogPath = fixture.sandbox.path("access.log");
  const service = l4Service({ accessLogPath, endpoints: [at(blue)] });
  fixture.serve(service);
  await fixture.start();
  await askTcpFrom(service.binding, { from: "127.0.85.1" });
  const line = await eventually(() => Deno.readTextFile(accessLogPath));
  const { startTime, durationMs, client, ...rest } = JSON.parse(line.split("\n")[0]!);
  assert(!Number.isNaN(Date.parse(startTime)));
  assert.equal(typeof durationMs, "number");
  assert.match(client, /^127\.0\.85\.1:\d+$/);
  const { binding: { addresses, port } } = service;
  assert.deepEqual(rest, {
    service: service.name,
    protocol: "TCP",
    listener: `${addresses[0]}:${port}`,
    endpoint: `127.0.0.1:${blue.port}`,
    bytesFromClient: 0,
    bytesToClient: 5,
    connectAttempts: 1,
    flags: rest.flags,
    failure: null,
    termination: null,
  });
});

Deno.test("a new load balancer serves although one of its nodes swallows every packet", async () => {
  await using fixture = await Fixture.create();
  await using blue = new TcpBackend({ identity: "blue" });
  await using silent = await BlackHole.open(address);
  const healthCheck: HealthCheck = { kind: "tcp", ...pace, timeoutSeconds: 0.3 };
  const service = l4Service({ healthCheck, endpoints: [at(silent), at(blue)] });
  await fixture.start();
  fixture.serve(service);
  await eventually(async () => "answer" in await askTcpFrom(service.binding));
  assert.deepEqual(await identities(() => askTcpFrom(service.binding), 6), new Set(["blue"]));
});

Deno.test("an Envoy that starts does not wait for another service's silent node", async () => {
  await using fixture = await Fixture.create();
  await using blue = new TcpBackend({ identity: "blue" });
  await using silent = await BlackHole.open(address);
  // Far longer than the test waits.
  const healthCheck: HealthCheck = { kind: "tcp", ...pace, timeoutSeconds: 60 };
  const stuck = l4Service({ name: "stuck", healthCheck, endpoints: [at(silent)] });
  const well = l4Service({ name: "well", healthCheck, endpoints: [at(blue)] });
  fixture.serve(stuck, well);
  await fixture.start();
  await eventually(async () => answered(await askTcpFrom(well.binding)) === "blue");
});

Deno.test("without health checks, a node that swallows packets delays connections until it is ejected", async () => {
  await using fixture = await Fixture.create();
  await using blue = new TcpBackend({ identity: "blue" });
  await using silent = await BlackHole.open(address);
  const service = l4Service({ endpoints: [at(silent), at(blue)] });
  fixture.serve(service);
  await fixture.start();
  const deadline = 10_000;
  for (let client = 0; client < 4; client++) {
    assert.equal(answered(await askTcpFrom(service.binding, { deadline })), "blue");
  }
});
