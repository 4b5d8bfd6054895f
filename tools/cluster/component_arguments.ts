/**
 * The command lines of a throw-away control plane. Why each flag: `docs` of the components, and
 * what turned out to be needed for a fast start without a node.
 *
 * @module
 */

/** Where the pieces of one control plane are. */
export interface ControlPlaneLayout {
  /** Loopback address that everything listens on. */
  readonly address: string;
  readonly ports: {
    readonly etcdClient: number;
    readonly etcdPeer: number;
    readonly apiServer: number;
    readonly controllerManager: number;
  };
  /** Folder with the files named below. */
  readonly folder: string;
  /** Range of ClusterIPs, for example `10.96.0.0/16`. */
  readonly serviceRange: string;
}

/** Files that must exist below the folder before the components start. */
export const controlPlaneFiles = {
  caCertificate: "pki/ca.crt",
  servingCertificate: "pki/serving.crt",
  servingKey: "pki/serving.key",
  tokenPublicKey: "pki/service-account.pub",
  tokenPrivateKey: "pki/service-account.key",
  controllerManagerKubeconfig: "controller-manager.kubeconfig",
} as const;

/**
 * The controllers that a hub needs, and with them a tenant without nodes: namespaces end,
 * ServiceAccounts get tokens and the CA, EndpointSlices follow Services, owners take their
 * dependents with them.
 */
export const defaultControllers: readonly string[] = [
  "namespace-controller",
  "serviceaccount-controller",
  "serviceaccount-token-controller",
  "legacy-serviceaccount-token-cleaner-controller",
  "root-ca-certificate-publisher-controller",
  "endpointslice-controller",
  "garbage-collector-controller",
];

/** etcd without the waits that durability costs: its data are thrown away. */
export function etcdArguments({ address, ports, folder }: ControlPlaneLayout): string[] {
  const client = `http://${address}:${ports.etcdClient}`;
  const peer = `http://${address}:${ports.etcdPeer}`;
  return [
    "--name=default",
    `--data-dir=${folder}/etcd`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    "--unsafe-no-fsync",
    `--quota-backend-bytes=${1024 ** 3}`,
    "--log-level=warn",
  ];
}

/** kube-apiserver with RBAC, default admission and no aggregation. */
export function apiServerArguments(layout: ControlPlaneLayout): string[] {
  const { address, ports, serviceRange } = layout;
  const file = paths(layout);
  return [
    `--etcd-servers=http://${address}:${ports.etcdClient}`,
    `--bind-address=${address}`,
    `--advertise-address=${address}`,
    `--secure-port=${ports.apiServer}`,
    `--service-cluster-ip-range=${serviceRange}`,
    "--authorization-mode=Node,RBAC",
    // There is no node that could reach a loopback address.
    "--endpoint-reconciler-type=none",
    `--client-ca-file=${file.caCertificate}`,
    `--tls-cert-file=${file.servingCertificate}`,
    `--tls-private-key-file=${file.servingKey}`,
    `--service-account-key-file=${file.tokenPublicKey}`,
    `--service-account-signing-key-file=${file.tokenPrivateKey}`,
    "--service-account-issuer=https://kubernetes.default.svc",
    // Its own folder is the current one; without this it writes to /var/run.
    `--cert-dir=${layout.folder}/api-server`,
  ];
}

/** kube-controller-manager with only `controllers`. */
export function controllerManagerArguments(
  layout: ControlPlaneLayout,
  controllers: readonly string[],
): string[] {
  const { address, ports } = layout;
  const file = paths(layout);
  return [
    `--kubeconfig=${file.controllerManagerKubeconfig}`,
    `--controllers=${controllers.join(",")}`,
    "--use-service-account-credentials=true",
    `--service-account-private-key-file=${file.tokenPrivateKey}`,
    `--root-ca-file=${file.caCertificate}`,
    "--leader-elect=false",
    `--bind-address=${address}`,
    `--secure-port=${ports.controllerManager}`,
    `--tls-cert-file=${file.servingCertificate}`,
    `--tls-private-key-file=${file.servingKey}`,
    // Throw-away clusters are small and tests wait for them; the default of 20 is for fleets.
    "--kube-api-qps=200",
    "--kube-api-burst=400",
  ];
}

function paths(
  { folder }: ControlPlaneLayout,
): Record<keyof typeof controlPlaneFiles, string> {
  return {
    caCertificate: `${folder}/${controlPlaneFiles.caCertificate}`,
    servingCertificate: `${folder}/${controlPlaneFiles.servingCertificate}`,
    servingKey: `${folder}/${controlPlaneFiles.servingKey}`,
    tokenPublicKey: `${folder}/${controlPlaneFiles.tokenPublicKey}`,
    tokenPrivateKey: `${folder}/${controlPlaneFiles.tokenPrivateKey}`,
    controllerManagerKubeconfig: `${folder}/${controlPlaneFiles.controllerManagerKubeconfig}`,
  };
}
