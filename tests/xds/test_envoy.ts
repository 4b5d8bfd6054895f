/**
 * A real Envoy that takes its configuration from an xDS server under test.
 *
 * @module
 */
import { join } from "node:path";
import { xdsCluster } from "../../envoy/translate/bootstrap_xds.ts";
import { bootstrap, xdsEndpoint } from "../../envoy/translate/mod.ts";
import { eventually, findBinary, freePort, type ManagedProcess, Sandbox } from "../harness/mod.ts";

/** How to start a {@linkcode TestEnvoy}. */
export interface TestEnvoyOptions {
  readonly node: string;
  readonly variant: "delta" | "sotw";
  /** Port of the xDS server on 127.0.0.1. */
  readonly xdsPort: number;
  /** For a server that shows a certificate and wants a token. Default: plaintext, and none. */
  readonly bearer?: Bearer;
}

/** How an Envoy knows its server, and is known by it, without a certificate of its own. */
export interface Bearer {
  readonly token: string;
  /** The authorities of the server's certificate, PEM. */
  readonly trust: string;
}

/** One Envoy process in a folder of its own. */
export class TestEnvoy implements AsyncDisposable {
  readonly #resources: AsyncDisposableStack;

  private constructor(
    readonly process: ManagedProcess,
    private readonly sandbox: Sandbox,
    private readonly adminPort: number,
    resources: AsyncDisposableStack,
  ) {
    this.#resources = resources;
  }

  static async start(options: TestEnvoyOptions): Promise<TestEnvoy> {
    const resources = new AsyncDisposableStack();
    const sandbox = resources.use(await Sandbox.create("xds-envoy"));
    await writeEndpoint(sandbox, options.xdsPort);
    const adminPort = freePort();
    const config = configuration(sandbox, adminPort, options);
    const file = await sandbox.write("envoy.json", JSON.stringify(config));
    const process = await sandbox.start({
      name: "envoy",
      command: await findBinary("envoy"),
      args: ["-c", file, "--use-dynamic-base-id", "--concurrency", "1", "-l", "info"],
    });
    return new TestEnvoy(process, sandbox, adminPort, resources);
  }

  /** The answer of Envoy's admin server. @throws TypeError while it is not there. */
  async admin(path: string): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${this.adminPort}${path}`);
    return await response.text();
  }

  /** The value of a counter or gauge; 0 when Envoy does not know it. */
  async stat(name: string): Promise<number> {
    const text = await this.admin(`/stats?filter=${encodeURIComponent(`^${name}$`)}`);
    return Number(text.match(/: (\d+)/)?.[1] ?? 0);
  }

  /** Resolves when the stat has at least this value. */
  async reached(name: string, value: number): Promise<void> {
    await eventually(async () => await this.stat(name) >= value, {
      describe: async () => `${name} >= ${value}; log:\n${await this.process.logTail(20)}`,
    });
  }

  /** Sends Envoy to another xDS server. */
  async moveTo(xdsPort: number): Promise<void> {
    await writeEndpoint(this.sandbox, xdsPort);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}

async function writeEndpoint(sandbox: Sandbox, port: number): Promise<void> {
  const written = await sandbox.write(
    "eds/new.json",
    JSON.stringify(xdsEndpoint("127.0.0.1", port)),
  );
  await Deno.rename(written, sandbox.path("eds/xds.json"));
}

function configuration(
  sandbox: Sandbox,
  adminPort: number,
  { node, variant, bearer }: TestEnvoyOptions,
) {
  const config = bootstrap({
    node,
    cluster: node,
    xds: { path: sandbox.path("eds/xds.json"), directory: join(sandbox.folder, "eds") },
    adminSocket: sandbox.path("admin.sock"),
    statsPort: freePort(),
    readyPort: freePort(),
    maxConnections: 1000,
  });
  // A port instead of the socket: Deno's fetch sends the whole URL as path through a socket.
  config.admin = { address: { socketAddress: { address: "127.0.0.1", portValue: adminPort } } };
  if (bearer) useBearer(config, bearer);
  if (variant === "delta") return config;
  return JSON.parse(JSON.stringify(config).replace('"DELTA_GRPC"', '"GRPC"'));
}

function useBearer(config: ReturnType<typeof bootstrap>, { token, trust }: Bearer): void {
  // Only what is changed here; the whole has the type of any JSON.
  const { dynamicResources, staticResources } = config as {
    dynamicResources: { adsConfig: { grpcServices: Record<string, unknown>[] } };
    staticResources: { clusters: Record<string, unknown>[] };
  };
  const [service] = dynamicResources.adsConfig.grpcServices;
  service!.initialMetadata = [{ key: "authorization", value: `Bearer ${token}` }];
  const server = staticResources.clusters.find(({ name }) => name === xdsCluster);
  server!.transportSocket = {
    name: "envoy.transport_sockets.tls",
    typedConfig: {
      "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
      commonTlsContext: {
        alpnProtocols: ["h2"],
        validationContext: { trustedCa: { inlineString: trust } },
      },
    },
  };
}
