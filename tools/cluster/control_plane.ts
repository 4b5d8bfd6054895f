/**
 * A real Kubernetes control plane without nodes: etcd, kube-apiserver and, on request,
 * kube-controller-manager as child processes on loopback. No root, no container.
 *
 * @module
 */
import { describeError } from "../../base/errors.ts";
import { findBinary } from "../binaries/find.ts";
import { eventually } from "../process/eventually.ts";
import { freePort } from "../process/free_port.ts";
import { despiteTakenPorts } from "../process/taken_port.ts";
import type { ManagedProcess } from "../process/managed_process.ts";
import { Sandbox } from "../process/sandbox.ts";
import { AdminClient } from "./admin_client.ts";
import { CertificateAuthority, createSigningKey, type KeyPair } from "./certificate_authority.ts";
import {
  apiServerArguments,
  controllerManagerArguments,
  controlPlaneFiles,
  type ControlPlaneLayout,
  defaultControllers,
  etcdArguments,
} from "./component_arguments.ts";
import { renderKubeconfig } from "./kubeconfig_file.ts";

/** The processes of a control plane. */
export type Component = "etcd" | "kube-apiserver" | "kube-controller-manager";

/** Choices of {@linkcode startControlPlane}. */
export interface ControlPlaneOptions {
  /** Names the folder, the cluster in kubeconfigs and the certificate authority. */
  readonly name: string;
  /** Run a controller manager: `true` for {@linkcode defaultControllers}, or a list. */
  readonly controllerManager?: boolean | readonly string[];
  /** Range of ClusterIPs. Default `10.96.0.0/16`. */
  readonly serviceRange?: string;
  /** Loopback address. Default `127.0.0.1`. */
  readonly address?: string;
  /** More flags for the API server; a later flag of the same name wins. */
  readonly apiServerFlags?: readonly string[];
  /** Milliseconds until it must be ready. Default 60,000: slow machines, cold disks. */
  readonly deadline?: number;
}

/** Who a kubeconfig speaks as. */
export interface Identity {
  readonly user: string;
  readonly groups?: readonly string[];
  /** Default namespace of the context. */
  readonly namespace?: string;
  /** Milliseconds; negative makes a certificate that has expired. */
  readonly lifetime?: number;
}

/** A running control plane. Disposing of it ends its processes and removes its folder. */
export class ControlPlane implements AsyncDisposable {
  #kubeconfigs = 0;

  /** Use {@linkcode startControlPlane}. */
  constructor(
    readonly name: string,
    /** `https://127.0.0.1:<port>` */
    readonly server: string,
    /** Certificate authority of servers and clients. */
    readonly authority: CertificateAuthority,
    /** Speaks as a member of `system:masters`. */
    readonly admin: AdminClient,
    /** A kubeconfig of the same administrator. */
    readonly adminKubeconfig: string,
    private readonly sandbox: Sandbox,
    private readonly processes: ReadonlyMap<Component, ManagedProcess>,
    private readonly probes: Readonly<Record<Component, () => Promise<unknown>>>,
  ) {}

  /** Where its files and logs are; gone after disposal. */
  get folder(): string {
    return this.sandbox.folder;
  }

  /** Makes a client certificate and writes a kubeconfig with it; returns the path. */
  async kubeconfig(identity: Identity): Promise<string> {
    const { user, groups, lifetime, namespace } = identity;
    const credential = await this.authority.issueClient(user, groups, lifetime);
    return await this.#writeKubeconfig(user, credential, namespace);
  }

  /** Writes a kubeconfig with a bearer token, for example of a ServiceAccount; returns the path. */
  async tokenKubeconfig(token: string, namespace?: string): Promise<string> {
    return await this.#writeKubeconfig("token", { token }, namespace);
  }

  /** One of its processes. @throws Error if that component was not asked for. */
  process(component: Component): ManagedProcess {
    const process = this.processes.get(component);
    if (process === undefined) throw new Error(`${this.name} runs no ${component}`);
    return process;
  }

  /** Kills a component and waits for its end; everything else goes on. */
  async kill(component: Component, signal: Deno.Signal = "SIGKILL"): Promise<void> {
    await this.process(component).kill(signal);
  }

  /** Starts a killed component again (kills it first if it runs) and waits until it is ready. */
  async restart(component: Component, deadline = 30_000): Promise<void> {
    const process = this.process(component);
    if (process.running) await process.kill();
    await process.start();
    await waitReady(process, this.probes[component], deadline);
  }

  /** The last lines of a component's log. */
  logTail(component: Component, lines?: number): Promise<string> {
    return this.process(component).logTail(lines);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.admin[Symbol.dispose]();
    await this.sandbox[Symbol.asyncDispose]();
  }

  async #writeKubeconfig(
    user: string,
    credential: KeyPair | { token: string },
    namespace?: string,
  ): Promise<string> {
    const text = renderKubeconfig({
      cluster: this.name,
      server: this.server,
      caCertificate: this.authority.certificate,
      user,
      credential,
      ...(namespace === undefined ? {} : { namespace }),
    });
    const number = ++this.#kubeconfigs;
    const file = `kubeconfigs/${number}-${user.replaceAll(/[^A-Za-z0-9.-]/g, "_")}.kubeconfig`;
    return await this.sandbox.write(file, text);
  }
}

/**
 * Starts a control plane and waits until it answers and its own namespaces exist: about 2.5 s.
 *
 * @throws Error with the tail of the log when a component ends or is not ready in time.
 */
export function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  return despiteTakenPorts(() => startOnce(options));
}

async function startOnce(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { name, deadline = 60_000, controllerManager = false } = options;
  const sandbox = await Sandbox.create(name);
  let admin: AdminClient | undefined;
  try {
    const layout = chooseLayout(options, sandbox.folder);
    const server = `https://${layout.address}:${layout.ports.apiServer}`;
    const { authority, credential } = await writeFiles(sandbox, layout, name, server);
    admin = new AdminClient(server, authority.certificate, credential);
    const adminKubeconfig = sandbox.path("admin.kubeconfig");
    const probes = makeProbes(layout, admin);
    const processes = new Map<Component, ManagedProcess>();
    const start = async (component: Component, args: string[]) => {
      const command = await findBinary(component);
      const process = await sandbox.start({ name: component, command, args });
      processes.set(component, process);
    };

    // All at once: each retries until what it needs is there, and the API server takes longest.
    await start("etcd", etcdArguments(layout));
    await start("kube-apiserver", [
      ...apiServerArguments(layout),
      ...options.apiServerFlags ?? [],
    ]);
    for (const component of ["etcd", "kube-apiserver"] as const) {
      await waitReady(processes.get(component)!, probes[component], deadline);
    }
    if (controllerManager !== false) {
      const controllers = controllerManager === true ? defaultControllers : controllerManager;
      await start("kube-controller-manager", controllerManagerArguments(layout, controllers));
      const process = processes.get("kube-controller-manager")!;
      await waitReady(process, probes["kube-controller-manager"], deadline);
    }
    return new ControlPlane(
      name,
      server,
      authority,
      admin,
      adminKubeconfig,
      sandbox,
      processes,
      probes,
    );
  } catch (error) {
    admin?.[Symbol.dispose]();
    await sandbox[Symbol.asyncDispose]();
    throw new Error(`control plane ${name} did not start: ${describeError(error)}`, {
      cause: error,
    });
  }
}

function chooseLayout(options: ControlPlaneOptions, folder: string): ControlPlaneLayout {
  const { address = "127.0.0.1", serviceRange = "10.96.0.0/16" } = options;
  return {
    address,
    folder,
    serviceRange,
    ports: {
      etcdClient: freePort(address),
      etcdPeer: freePort(address),
      apiServer: freePort(address),
      controllerManager: freePort(address),
    },
  };
}

async function writeFiles(
  sandbox: Sandbox,
  { address, serviceRange }: ControlPlaneLayout,
  name: string,
  server: string,
): Promise<{ authority: CertificateAuthority; credential: KeyPair }> {
  const authority = await CertificateAuthority.create(`${name} authority`);
  const serviceAddress = serviceRange.replace(/\.\d+\/\d+$/, ".1");
  const [serving, signing, credential, manager] = await Promise.all([
    authority.issueServer("kube-apiserver", [
      address,
      serviceAddress,
      "localhost",
      "kubernetes.default.svc",
    ]),
    createSigningKey(),
    authority.issueClient("admin", ["system:masters"]),
    authority.issueClient("system:kube-controller-manager"),
  ]);
  const kubeconfig = (user: string, pair: KeyPair) =>
    renderKubeconfig({
      cluster: name,
      server,
      caCertificate: authority.certificate,
      user,
      credential: pair,
    });
  await sandbox.write(controlPlaneFiles.caCertificate, authority.certificate);
  await sandbox.write(controlPlaneFiles.servingCertificate, serving.certificate);
  await sandbox.write(controlPlaneFiles.servingKey, serving.privateKey);
  await sandbox.write(controlPlaneFiles.tokenPublicKey, signing.publicKey);
  await sandbox.write(controlPlaneFiles.tokenPrivateKey, signing.privateKey);
  await sandbox.write(
    controlPlaneFiles.controllerManagerKubeconfig,
    kubeconfig("system:kube-controller-manager", manager),
  );
  await sandbox.write("admin.kubeconfig", kubeconfig("admin", credential));
  return { authority, credential };
}

type Probes = Record<Component, () => Promise<unknown>>;

function makeProbes({ address, ports }: ControlPlaneLayout, admin: AdminClient): Probes {
  return {
    "etcd": async () => {
      const response = await fetch(`http://${address}:${ports.etcdClient}/health`);
      await response.body?.cancel();
      return response.ok;
    },
    "kube-apiserver": async () => {
      await admin.request("GET", "/readyz");
      // Made by a background task of the API server, which readyz does not wait for.
      return await admin.request("GET", "/api/v1/namespaces/default");
    },
    "kube-controller-manager": async () => {
      const url = `https://${address}:${ports.controllerManager}`;
      await admin.at(url).request("GET", "/healthz");
      // Its first deeds: what a namespace needs before anything can run or speak in it.
      await admin.request("GET", "/api/v1/namespaces/default/serviceaccounts/default");
      return await admin.request("GET", "/api/v1/namespaces/default/configmaps/kube-root-ca.crt");
    },
  };
}

async function waitReady(
  process: ManagedProcess,
  probe: () => Promise<unknown>,
  deadline: number,
): Promise<void> {
  const ended = Symbol("ended");
  try {
    const result = await eventually(
      async () => process.running ? await probe() : ended,
      { deadline, describe: `${process.name} to be ready` },
    );
    if (result === ended) throw new Error(`${process.name} ended with ${process.status?.code}`);
  } catch (error) {
    throw new Error(`${describeError(error)}\n${await process.logTail()}`, { cause: error });
  }
}
