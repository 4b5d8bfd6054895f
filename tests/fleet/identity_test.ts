/** Real Envoys and the server know each other by certificates, also while these are replaced. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { KeyPair } from "../../base/certificates.ts";
import { delay, systemClock } from "../../base/clock.ts";
import { defaultLifetimes, promoted } from "../../fleet/identity/authority_plan.ts";
import { fleetId } from "../../fleet/identity/spiffe_id.ts";
import type { IssuedCertificate, XdsIdentity } from "../../fleet/identity/xds_identity.ts";
import { eventually, forgedCertificate, TcpBackend } from "../harness/mod.ts";
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

/** Gives an Envoy a certificate that is not its own, until it is mended. */
class WrongIssuer {
  readonly problem = undefined;
  readonly changes;
  #mended = false;

  constructor(private readonly identity: XdsIdentity, private readonly wrong: KeyPair) {
    this.changes = identity.changes;
  }

  trust(): string {
    return this.identity.trust();
  }

  renewalOf(): Promise<number> {
    return Promise.resolve(this.#mended ? 0 : Infinity);
  }

  async issueFleet(fleet: string): Promise<IssuedCertificate> {
    if (this.#mended) return await this.identity.issueFleet(fleet);
    return { ...this.wrong, renewAt: Infinity };
  }

  mend(): void {
    this.#mended = true;
    this.changes.emit();
  }
}

/** A world whose Envoy has such a certificate, and has been refused more than once. */
async function refusedWith(make: (current: KeyPair) => Promise<KeyPair>, refusal: string) {
  const identity = await newIdentity();
  const issuer = new WrongIssuer(identity, await make(identity.authorities!.current));
  const world = await TlsWorld.start({ identity, issuer });
  const log = join(world.fixture.stateDirectory, "fleets", fleet, "envoy.log");
  await eventually(async () => (await Deno.readTextFile(log)).split(refusal).length > 2, {
    deadline: 20_000,
    describe: async () => `"${refusal}" in\n${await Deno.readTextFile(log)}`,
  });
  assert.equal(world.runtime.status(fleet).state, "starting");
  await assert.rejects(world.ask());
  return { world, issuer, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

const unusable: Record<string, (current: KeyPair) => Promise<KeyPair>> = {
  "an expired": (current) => forgedCertificate(current, fleetId(fleet), { to: -1_000 }),
  "a foreign authority's": async () => forgedCertificate(await newAuthority(), fleetId(fleet)),
};

for (const [what, make] of Object.entries(unusable)) {
  Deno.test(`an Envoy with ${what} certificate gets nothing, and everything once it has its own`, async () => {
    await using refused = await refusedWith(make, "reset reason: remote connection failure");
    const { world, issuer } = refused;
    assert.equal(world.streams.opened, 0);
    const { pid } = world.runtime.status(fleet);
    issuer.mend();
    await running(world.runtime);
    assert.equal(await world.ask(), "blue");
    assert.equal(world.runtime.status(fleet).pid, pid);
  });
}

Deno.test("an Envoy with another fleet's certificate gets nothing", async () => {
  const other = (current: KeyPair) => forgedCertificate(current, fleetId("tenant-other"));
  await using _refused = await refusedWith(other, "closed: 7, the%20client's%20certificate");
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
