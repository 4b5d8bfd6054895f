/**
 * A fleet and its xDS server that know each other by certificates.
 *
 * @module
 */
import { createAuthority, type KeyPair } from "../../base/certificates.ts";
import { systemClock } from "../../base/clock.ts";
import { silentLogger } from "../../base/logger.ts";
import { authorizeByCertificate } from "../../controllers/manager/identity/authorize_fleet.ts";
import { ServerCertificate } from "../../controllers/manager/identity/server_certificate.ts";
import type { L4Service } from "../../envoy/translate/mod.ts";
import { XdsServer } from "../../envoy/xds/mod.ts";
import { peerCertificate } from "../../envoy/xds/peer_certificate.ts";
import { TlsCredentials } from "../../envoy/xds/tls_credentials.ts";
import type { HostRuntime } from "../../fleet/host/host_runtime.ts";
import { defaultLifetimes } from "../../fleet/identity/authority_plan.ts";
import { type CertificateIssuer, XdsIdentity } from "../../fleet/identity/xds_identity.ts";
import { askTcp, TcpBackend } from "../harness/mod.ts";
import { Fixture, fleet, l4Service } from "./fixture.ts";

/** How a {@linkcode TlsWorld} differs from the usual one. */
export interface TlsWorldOptions {
  /** Issues the certificates. Default: one of its own. */
  readonly identity?: XdsIdentity;
  /** Gives the Envoy its certificates instead. */
  readonly issuer?: CertificateIssuer;
  /** Issues the server's certificate instead. */
  readonly serverIdentity?: XdsIdentity;
}

const hour = 3_600_000;

/** An authority that is good for this test. */
export function newAuthority(): Promise<KeyPair> {
  const now = Date.now();
  return createAuthority("test", { notBefore: now - hour, notAfter: now + hour });
}

/** An identity with an authority of its own. */
export async function newIdentity(lifetimes = defaultLifetimes): Promise<XdsIdentity> {
  const identity = new XdsIdentity(systemClock, lifetimes);
  identity.use({ current: await newAuthority(), retired: [] });
  return identity;
}

/** One service in front of a backend that answers "blue". Its Envoy is started, not waited for. */
export class TlsWorld implements AsyncDisposable {
  private constructor(
    readonly fixture: Fixture,
    readonly identity: XdsIdentity,
    readonly service: L4Service,
    /** How many have begun and ended. */
    readonly streams: { readonly opened: number; readonly closed: number },
    readonly runtime: HostRuntime,
    private readonly resources: AsyncDisposableStack,
  ) {}

  static async start(options: TlsWorldOptions = {}): Promise<TlsWorld> {
    await using resources = new AsyncDisposableStack();
    const fixture = resources.use(await Fixture.create());
    const blue = resources.use(new TcpBackend({ identity: "blue" }));
    const service = l4Service({ endpoints: [{ address: "127.0.0.1", port: blue.port }] });
    fixture.serve(service);
    const { identity = await newIdentity(), serverIdentity = identity } = options;
    const { port, streams } = resources.use(await startServer(fixture, serverIdentity));
    const overrides = { issuer: options.issuer ?? identity, drainOnExit: true };
    const runtime = resources.use(await fixture.openRuntime(port, overrides));
    await runtime.ensure(fleet);
    return new TlsWorld(fixture, identity, service, streams, runtime, resources.move());
  }

  /** Who answers a client. */
  ask(): Promise<string> {
    const { addresses: [address], port } = this.service.binding;
    return askTcp(address!, port);
  }

  /** Has this port of 127.0.0.1 answer instead. */
  sendTo(port: number): void {
    this.fixture.serve({ ...this.service, endpoints: [{ address: "127.0.0.1", port }] });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.resources.disposeAsync();
  }
}

/** A server with mutual TLS; streams that begin and end are counted. */
async function startServer({ stores }: Fixture, identity: XdsIdentity) {
  await using resources = new AsyncDisposableStack();
  const tls = new TlsCredentials();
  const common = { log: silentLogger, clock: systemClock };
  resources.use(new ServerCertificate({ ...common, identity, credentials: tls }));
  const streams = { opened: 0, closed: 0 };
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
  const owned = resources.move();
  return { port, streams, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
