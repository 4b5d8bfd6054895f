/**
 * A host runtime with everything it needs, all of it real, for one test.
 *
 * @module
 */
import { silentLogger } from "../../base/logger.ts";
import { type L4Service, translateL4Service } from "../../envoy/translate/mod.ts";
import { encodeResource, ResourceStores, XdsServer } from "../../envoy/xds/mod.ts";
import { HostRuntime, type HostRuntimeOptions } from "../../fleet/host/host_runtime.ts";
import { sandboxVariable } from "../../tools/process/watchdog.ts";
import { eventually, findBinary, freePort, Sandbox } from "../harness/mod.ts";

/** The fleet of all tests here. */
export const fleet = "tenant-acme";

/** A manager without Kubernetes: stores, an xDS server and the host runtime. */
export class Fixture implements AsyncDisposable {
  readonly stores = new ResourceStores();
  #runtime: HostRuntime | undefined;

  private constructor(
    readonly sandbox: Sandbox,
    readonly envoyPath: string,
    private readonly resources: AsyncDisposableStack,
  ) {}

  static async create(): Promise<Fixture> {
    const resources = new AsyncDisposableStack();
    const sandbox = resources.use(await Sandbox.create("fleet"));
    return new Fixture(sandbox, await findBinary("envoy"), resources);
  }

  /** Absolute path of the runtime's state. */
  get stateDirectory(): string {
    return this.sandbox.path("state");
  }

  /** An xDS server on a port of its own that serves the stores. */
  async startXds(): Promise<{ port: number; server: XdsServer } & AsyncDisposable> {
    const server = new XdsServer({
      stores: this.stores,
      authorize: (_peer, node) => ({ fleet: node.id }),
      log: silentLogger,
    });
    const port = await server.listen("127.0.0.1:0");
    this.stores.markSynced();
    return { port, server, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
  }

  /** A runtime whose Envoys ask the server on `xdsPort`. */
  openRuntime(
    xdsPort: number,
    overrides: Partial<HostRuntimeOptions> = {},
    signal?: AbortSignal,
  ): Promise<HostRuntime> {
    return HostRuntime.open({
      stateDirectory: this.stateDirectory,
      envoyPath: this.envoyPath,
      xds: { host: "127.0.0.1", port: xdsPort },
      concurrency: 1,
      environment: { [sandboxVariable]: this.sandbox.folder },
      log: silentLogger,
      ...overrides,
    }, signal);
  }

  /** Gives the fleet exactly these front ports. */
  serve(...services: L4Service[]): void {
    const resources = services.flatMap((service) =>
      translateL4Service(service).map(({ typeUrl, name, message }) =>
        encodeResource(typeUrl, name, message)
      )
    );
    this.stores.get(fleet).set("test", resources);
  }

  /** Server, runtime and a running fleet, until the fixture is disposed. */
  async start(overrides: Partial<HostRuntimeOptions> = {}): Promise<HostRuntime> {
    const { port } = this.resources.use(await this.startXds());
    const runtime = this.resources.use(await this.openRuntime(port, overrides));
    this.#runtime = runtime;
    this.resources.defer(() => runtime.remove(fleet));
    await runtime.ensure(fleet);
    await running(runtime);
    return runtime;
  }

  /** The sum of a Prometheus metric of the fleet's Envoy. */
  async metric(name: string): Promise<number> {
    const { statsAddress } = this.#runtime!.status(fleet);
    const text = await (await fetch(`http://${statsAddress}/stats/prometheus`)).text();
    const samples = text.split("\n").filter((line) => line.startsWith(`${name}{`));
    return samples.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
  }

  /** Ends everything, in the order opposite to that in which it was started. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.resources[Symbol.asyncDispose]();
  }
}

/** Resolves when the fleet has its configuration. */
export async function running(runtime: HostRuntime): Promise<void> {
  await eventually(() => runtime.status(fleet).state === "running", {
    describe: () => `a running fleet (it is ${JSON.stringify(runtime.status(fleet))})`,
  });
}

let lastAddress = 0;

/** A service on an address of its own, on loopback, so that tests never meet. */
export function l4Service(overrides: Partial<L4Service> = {}): L4Service {
  lastAddress++;
  const { protocol = "TCP" } = overrides;
  return {
    name: `${fleet}/lb-${lastAddress}/${protocol}/80`,
    protocol,
    binding: { addresses: [`127.0.77.${lastAddress}`], port: freePort(), freebind: true },
    endpoints: [],
    ...overrides,
  };
}
