/** Real Envoys and the server know each other by certificates, also while these are replaced. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { delay, systemClock } from "../../base/clock.ts";
import { defaultLifetimes, promoted } from "../../fleet/identity/authority_plan.ts";
import { eventually, TcpBackend } from "../harness/mod.ts";
import { Fixture, fleet, running } from "./fixture.ts";
import { newAuthority, newIdentity, TlsWorld } from "./tls_world.ts";

Deno.test("an Envoy is configured over mutual TLS, and changes of the authority end no stream", async () => {
  await using green = new TcpBackend({ identity: "green" });
  await using world = await TlsWorld.start();
  const { identity, runtime, streams } = world;
  await running(runtime);
  assert.equal(await world.ask(), "blue");

  // The three steps of a rotation, each told to server and Envoy.
  identity.use({ ...identity.authorities!, next: await newAuthority() });
  identity.use(promoted(identity.authorities!));
  identity.use({ ...identity.authorities!, retired: [] });
  world.sendTo(green.port);
  await eventually(async () => await world.ask() === "green");
  assert.deepEqual(streams, { opened: 1, closed: 0 });

  // A new connection needs what has been replaced: an Envoy that starts now has only that.
  const { pid } = runtime.status(fleet);
  Deno.kill(pid!, "SIGKILL");
  await eventually(async () => runtime.status(fleet).pid !== pid && await world.ask() === "green");
  assert.equal(streams.opened, 2);
});

Deno.test("a running Envoy reconnects with a renewed certificate, without a restart", async () => {
  // So short that the stream's end and the next connection fall into the test.
  const identity = await newIdentity({ ...defaultLifetimes, leaf: 4_000 });
  await using world = await TlsWorld.start({ identity });
  const { runtime, streams } = world;
  await running(runtime);
  const { pid } = runtime.status(fleet);
  await eventually(() => streams.opened >= 3, { deadline: 30_000 });
  assert.equal(runtime.status(fleet).pid, pid);
  assert.equal(runtime.status(fleet).crashes, 0);
});

Deno.test("an Envoy whose server has an authority it does not trust stays without configuration", async () => {
  await using world = await TlsWorld.start({ serverIdentity: await newIdentity() });
  const log = join(world.fixture.stateDirectory, "fleets", fleet, "envoy.log");
  await eventually(
    async () => (await Deno.readTextFile(log)).includes("CERTIFICATE_VERIFY_FAILED"),
    { deadline: 20_000 },
  );
  assert.equal(world.streams.opened, 0);
  assert.equal(world.runtime.status(fleet).state, "starting");
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
