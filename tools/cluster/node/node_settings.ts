/**
 * The settings of what runs on a node: container runtime, pod network, kubelet, kube-proxy.
 *
 * @module
 */

/** Where the pieces of one node are. */
export interface NodeLayout {
  readonly name: string;
  readonly address: string;
  /** Range of its pods' addresses. */
  readonly podRange: string;
  /** Range of the whole cluster's pods. */
  readonly clusterRange: string;
  /** Folder for everything. */
  readonly folder: string;
  /** Path of runc. */
  readonly runc: string;
  readonly kubeletKubeconfig: string;
  readonly proxyKubeconfig: string;
  readonly caCertificate: string;
}

/** The image of the container that holds a pod's namespaces. */
export const pauseImage = "kubelb.test/pause:1";

/** Socket of the container runtime. */
export function runtimeSocket({ folder }: Pick<NodeLayout, "folder">): string {
  return `${folder}/containerd.sock`;
}

/** containerd's own file, in TOML. */
export function containerdSettings(layout: NodeLayout): string {
  const { folder, runc } = layout;
  return `
version = 2
root = "${folder}/containerd/root"
state = "${folder}/containerd/state"
disabled_plugins = [
  "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.internal.v1.opt",
]
[grpc]
  address = "${runtimeSocket(layout)}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  disable_apparmor = true
  # Without CAP_SYS_RESOURCE runc may not lower it and ends without a clear word.
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${folder}/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        BinaryName = "${runc}"
        SystemdCgroup = false
`;
}

/** The pod network: a bridge in the node; what leaves the cluster gets the node's address. */
export function cniSettings({ folder, podRange }: NodeLayout): unknown {
  return {
    cniVersion: "0.4.0",
    name: "pods",
    plugins: [
      {
        type: "bridge",
        bridge: "cni0",
        isGateway: true,
        ipMasq: true,
        hairpinMode: true,
        ipam: {
          type: "host-local",
          dataDir: `${folder}/cni-addresses`,
          ranges: [[{ subnet: podRange }]],
          routes: [{ dst: "0.0.0.0/0" }],
        },
      },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  };
}

/** kubelet's configuration: nothing of systemd, quick to see changes. */
export function kubeletSettings(layout: NodeLayout): unknown {
  const { folder, address, caCertificate } = layout;
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    containerRuntimeEndpoint: `unix://${runtimeSocket(layout)}`,
    cgroupDriver: "cgroupfs",
    failCgroupV1: false,
    cgroupRoot: "/",
    cgroupsPerQOS: false,
    enforceNodeAllocatable: [],
    failSwapOn: false,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: caCertificate },
    },
    authorization: { mode: "Webhook" },
    address,
    healthzPort: 0,
    resolvConf: "",
    oomScoreAdj: 0,
    podLogsDir: `${folder}/pod-logs`,
    volumePluginDir: `${folder}/kubelet/volume-plugins`,
    evictionHard: { "memory.available": "50Mi", "nodefs.available": "1%" },
    imageGCHighThresholdPercent: 100,
    imageMinimumGCAge: "24h",
    nodeStatusUpdateFrequency: "10s",
    syncFrequency: "10s",
    registryPullQPS: 0,
    kubeAPIQPS: 200,
    kubeAPIBurst: 400,
    serializeImagePulls: false,
  };
}

/** kube-proxy's configuration. */
export function proxySettings({ name, clusterRange, proxyKubeconfig }: NodeLayout): unknown {
  return {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    mode: "nftables",
    clientConnection: { kubeconfig: proxyKubeconfig },
    clusterCIDR: clusterRange,
    hostnameOverride: name,
    healthzBindAddress: "",
    metricsBindAddress: "127.0.0.1:10249",
    oomScoreAdj: 0,
    // 0 leaves the limits of the kernel as they are.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
    nftables: { minSyncPeriod: "50ms", syncPeriod: "30s" },
  };
}

/**
 * What has to be done on a machine before anything of a node starts there. All of it is seen on that
 * machine only and goes with it.
 */
export const prepareMachine = [
  // containerd, CNI plugins and kubelet have fixed paths below these.
  ...["/run", "/var/lib", "/var/log"].map((path) => `mount -t tmpfs tmpfs ${path}`),
  "mkdir /run/sysctl",
  // kubelet sets these for the whole machine, unless they are so already.
  ...Object.entries({
    "kernel/panic": 10,
    "kernel/panic_on_oops": 1,
    "kernel/keys/root_maxkeys": 1_000_000,
    "kernel/keys/root_maxbytes": 25_000_000,
    "vm/overcommit_memory": 1,
  }).map(([path, value]) => {
    const file = `/run/sysctl/${path.replaceAll("/", ".")}`;
    return `echo ${value} >${file}; mount --bind ${file} /proc/sys/${path}`;
  }),
  "echo 1 >/proc/sys/net/ipv4/ip_forward",
  // The files of containers are an overlay, and where this machine is a container its own are one
  // already: the kernel allows none on top of that.
  "mkdir containerd",
  'if [ "$(stat --file-system --format=%T .)" = overlayfs ]; then mount -t tmpfs tmpfs containerd; fi',
].join("\n");
