/**
 * A management cluster with the manager in it: what an operator sets up once.
 *
 * @module
 */
import { type ControlPlane, startControlPlane } from "../cluster/control_plane.ts";
import { installCrds } from "../cluster/custom_resources.ts";
import { applyManifest } from "../cluster/manifest.ts";
import { findBinary } from "../binaries/find.ts";
import { freePort } from "../process/free_port.ts";
import { type Program, type ProgramOptions, startProgram } from "../process/program.ts";
import { registerTenant } from "./register_tenant.ts";
import { serviceAccountKubeconfig } from "./service_account.ts";

/** What a hub is started with. */
export interface HubOptions {
  /** CIDRs the manager assigns load balancer addresses from. */
  readonly addressPool: string;
  /** CIDRs tenants may name as endpoints although they are loopback. */
  readonly allowedEndpoints: string;
  /** More flags of the manager. */
  readonly managerFlags?: readonly string[];
  /** What to start instead of the sources, and with which environment. */
  readonly program?: Pick<ProgramOptions, "executable" | "env">;
  /** Is told what is being done. */
  readonly report?: (step: string) => void;
}

const managerRoles = new URL("../../manifests/rbac/manager.yaml", import.meta.url);

/** A running hub. */
export class Hub implements AsyncDisposable {
  /** Use {@linkcode startHub}. */
  constructor(
    readonly plane: ControlPlane,
    readonly manager: Program,
    /** Where the manager serves xDS. */
    readonly xdsAddress: string,
    private readonly options: HubOptions,
    private readonly kubeconfig: string,
  ) {}

  /** Starts a second manager on the same host: same flags, own ports; the same state by default. */
  async startSecondManager({ ownState = false } = {}): Promise<Program> {
    return await startManager({
      name: "second-manager",
      options: this.options,
      plane: this.plane,
      kubeconfig: this.kubeconfig,
      xdsAddress: `127.0.0.1:${freePort()}`,
      ...(!ownState && { stateFolder: `${this.manager.folder}/state` }),
    });
  }

  /**
   * Creates a Tenant and waits for its kubeconfig; returns the file's path.
   *
   * @param name without the prefix `tenant-`.
   */
  async registerTenant(name: string): Promise<string> {
    return await registerTenant(this.plane, name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.manager[Symbol.asyncDispose]();
    await this.plane[Symbol.asyncDispose]();
  }
}

/** Starts a control plane, installs KubeLB in it and starts the manager with the host runtime. */
export async function startHub(options: HubOptions): Promise<Hub> {
  const { report = () => {} } = options;
  await using stack = new AsyncDisposableStack();
  const plane = stack.use(await startControlPlane({ name: "hub", controllerManager: true }));
  report(`hub control plane at ${plane.server}`);
  await installCrds(plane);
  await applyManifest(plane.admin, managerRoles);
  const kubeconfig = await serviceAccountKubeconfig(plane, "kubelb", "kubelb");
  const xdsAddress = `127.0.0.1:${freePort()}`;
  const manager = stack.use(
    await startManager({ name: "manager", options, plane, kubeconfig, xdsAddress }),
  );
  await manager.waitReady();
  report("manager ready");
  stack.move();
  return new Hub(plane, manager, xdsAddress, options, kubeconfig);
}

interface ManagerStart {
  readonly name: string;
  readonly options: HubOptions;
  readonly plane: ControlPlane;
  readonly kubeconfig: string;
  readonly xdsAddress: string;
  /** Default: in the manager's own folder. */
  readonly stateFolder?: string;
}

async function startManager(start: ManagerStart): Promise<Program> {
  const { name, options, plane, kubeconfig, xdsAddress } = start;
  const envoy = await findBinary("envoy");
  return await startProgram({
    name,
    mode: "manager",
    ...options.program,
    args: (folder) => [
      `--kubeconfig=${kubeconfig}`,
      `--listen-address=${xdsAddress}`,
      "--runtime=host",
      `--address-pool=${options.addressPool}`,
      `--allowed-endpoint-cidrs=${options.allowedEndpoints}`,
      `--state-dir=${start.stateFolder ?? `${folder}/state`}`,
      `--envoy-path=${envoy}`,
      `--tenant-api-server-url=${plane.server}`,
      "--log-format=text",
      ...options.managerFlags ?? [],
    ],
  });
}
