/** Real Envoys and the server know each other by certificates, also while these are replaced. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { createAuthority, type KeyPair } from "../../base/certificates.ts";
import { delay, systemClock } from "../../base/clock.ts";
import { silentLogger } from "../../base/logger.ts";
import { authorizeByCertificate } from "../../controllers/manager/identity/authorize_fleet.ts";
import { ServerCertificate } from "../../controllers/manager/identity/server_certificate.ts";
import { XdsServer } from "../../envoy/xds/mod.ts";
import { peerCertificate } from "../../envoy/xds/peer_certificate.ts";
import { TlsCredentials } from "../../envoy/xds/tls_credentials.ts";
import { defaultLifetimes, promoted } from "../../fleet/identity/authority_plan.ts";
import { XdsIdentity } from "../../fleet/identity/xds_identity.ts";
import { askTcp, eventually, TcpBackend } from "../harness/mod.ts";
import { Fixture, fleet, l4Service, running } from "./fixture.ts";

const hour = 3_600_000;

function newAuthority(): Promise<KeyPair> {
  const now = Date.now();
  return createAuthority("test", { notBefore: now - hour, notAfter: now + hour });
}

/** An identity with an authority of its own. */
async function newIdentity(lifetimes = defaultLifetimes): Promise<XdsIdentity> {
  const identity = new XdsIdentity(systemClock, lifetimes);
  identity.use({ current: await newAuthority(), retired: [] });
  return identity;
}

/** A server with mutual TLS; streams that begin are counted. */
async function startServer(fixture: Fixture, identity: XdsIdentity) {
  const resources = new AsyncDisposableStack();
  const tls = new TlsCredentials();
  resources.use(
    new ServerCertificate({ identity, credentials: tls, log: silentLogger, clock: systemClock }),
  );
  const streams = { opened: 0, closed: 0 };
  const { stores } = fixture;
  const server = resources.use(
    new XdsServer({
      stores,
      authorize: (peer, { id }) => authorizeByCertificate(peerCertificate(peer), id, stores),
      credentials: tls.credentials,
      onStream: ({ kind }) => streams[kind]++,
      log: silentLogger,
    }),
  );
  const port = await server.listen("127.0.0.1:0");
  stores.markSynced();
  return { port, streams, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

Deno.test("an Envoy is configured over mutual TLS, and changes of the authority end no stream", async () => {
  await using fixture = await Fixture.create();
  await using blue = new TcpBackend({ identity: "blue" });
  await using green = new TcpBackend({ identity: "green" });
  const identity = await newIdentity();
  const service = l4Service({ endpoints: [{ address: "127.0.0.1", port: blue.port }] });
  const ask = () => askTcp(service.binding.addresses[0]!, service.binding.port);
  fixture.serve(service);
  await using server = await startServer(fixture, identity);
  await using runtime = await fixture.openRuntime(server.port, {
    issuer: identity,
    drainOnExit: true,
  });
  await runtime.ensure(fleet);
  await running(runtime);
  assert.equal(await ask(), "blue");

  // The three steps of a rotation, each told to server and Envoy.
  identity.use({ ...identity.authorities!, next: await newAuthority() });
  identity.use(promoted(identity.authorities!));
  identity.use({ ...identity.authorities!, retired: [] });
  fixture.serve({ ...service, endpoints: [{ address: "127.0.0.1", port: green.port }] });
  await eventually(async () => await ask() === "green");
  assert.deepEqual(server.streams, { opened: 1, closed: 0 });

  // A new connection needs what has been replaced: an Envoy that starts now has only that.
  const { pid } = runtime.status(fleet);
  Deno.kill(pid!, "SIGKILL");
  await eventually(async () => runtime.status(fleet).pid !== pid && await ask() === "green");
  assert.equal(server.streams.opened, 2);
});

Deno.test("a running Envoy reconnects with a renewed certificate, without a restart", async () => {
  await using fixture = await Fixture.create();
  await using blue = new TcpBackend({ identity: "blue" });
  // So short that the stream's end and the next connection fall into the test.
  const identity = await newIdentity({ ...defaultLifetimes, leaf: 4_000 });
  fixture.serve(l4Service({ endpoints: [{ address: "127.0.0.1", port: blue.port }] }));
  await using server = await startServer(fixture, identity);
  await using runtime = await fixture.openRuntime(server.port, {
    issuer: identity,
    drainOnExit: true,
  });
  await runtime.ensure(fleet);
  await running(runtime);
  const { pid } = runtime.status(fleet);
  await eventually(() => server.streams.opened >= 3, { deadline: 30_000 });
  assert.equal(runtime.status(fleet).pid, pid);
  assert.equal(runtime.status(fleet).crashes, 0);
});

Deno.test("an Envoy whose server has an authority it does not trust stays without configuration", async () => {
  await using fixture = await Fixture.create();
  const right = await newIdentity();
  const wrong = await newIdentity();
  await using blue = new TcpBackend({ identity: "blue" });
  fixture.serve(l4Service({ endpoints: [{ address: "127.0.0.1", port: blue.port }] }));
  await using server = await startServer(fixture, wrong);
  await using runtime = await fixture.openRuntime(server.port, {
    issuer: right,
    drainOnExit: true,
  });
  await runtime.ensure(fleet);
  const log = join(fixture.stateDirectory, "fleets", fleet, "envoy.log");
  await eventually(
    async () => (await Deno.readTextFile(log)).includes("CERTIFICATE_VERIFY_FAILED"),
    { deadline: 20_000 },
  );
  assert.equal(server.streams.opened, 0);
  assert.equal(runtime.status(fleet).state, "starting");
});

Deno.test("a fleet that is removed while it starts gets no certificates afterwards", async () => {
  await using fixture = await Fixture.create();
  const identity = await newIdentity();
  const asked = Promise.withResolvers<void>();
  const removed = Promise.withResolvers<void>();
  let issued = 0;
  const issuer = {
    changes: identity.changes,
    problem: undefined,
    trust: () => identity.trust(),
    renewalOf: (certificate: string) => identity.renewalOf(certificate),
    async issueFleet(fleet: string) {
      issued++;
      asked.resolve();
      await removed.promise;
      return await identity.issueFleet(fleet);
    },
  };
  await using xds = await fixture.startXds();
  await using runtime = await fixture.openRuntime(xds.port, { issuer });
  const starting = runtime.ensure(fleet);
  await asked.promise;
  const removing = runtime.remove(fleet);
  removed.resolve();
  await Promise.all([starting, removing]);
  assert.equal(runtime.status(fleet).state, "stopped");
  identity.use({ current: await newAuthority(), retired: [] });
  // Renewals that are due begin with a timer of no time; this one comes after them.
  await delay(systemClock, 0);
  assert.equal(issued, 1);
});
