/**
 * What a node does to its machine, as small trials: the least of each kind.
 *
 * @module
 */
import type { Probe } from "./probe.ts";

/** What the kernel has to allow. These need no program that is not everywhere. */
export const kernelProbes: readonly Probe[] = [
  { what: "namespaces", script: ":" },
  {
    // In a user namespace root is not root: kubelet refuses to run there.
    what: "root of the whole machine",
    script: `read -r inside outside count </proc/self/uid_map
test "$outside $count" = "0 4294967295" || { echo "this is a user namespace"; false; }`,
  },
  {
    what: "mounts",
    script: `mount -t tmpfs tmpfs /run
echo 1 >/run/file
mount --bind /run/file /proc/sys/kernel/panic`,
  },
  {
    what: "overlay file system",
    script: `mount -t tmpfs tmpfs /run
cd /run
mkdir lower upper work merged
mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work merged
: >merged/file`,
  },
  {
    // Two clusters with two nodes each take 3 GB.
    what: "memory",
    script: `available=$(sed -n "s/^MemAvailable: *\\([0-9]*\\) kB/\\1/p" /proc/meminfo)
test "$available" -ge 3500000 || { echo "$available kB are available, needed are 3500000"; false; }`,
  },
  { what: "kernel log, which kubelet reads", script: "head -c 0 </dev/kmsg" },
  {
    what: "cgroups",
    script: `if [ -e /sys/fs/cgroup/cgroup.procs ]; then
  # Version 2: pods need these, and the root of a container whose processes sit in it cannot give them.
  echo "+cpu +memory +pids" >/sys/fs/cgroup/cgroup.subtree_control
  folders=/sys/fs/cgroup
else
  folders=$(ls -d /sys/fs/cgroup/*)
fi
for folder in $folders; do
  own=$(mktemp -d $folder/kubelb-probe-XXXXXX)
  trap 'rmdir $own' EXIT
  for file in cpuset.cpus cpuset.mems; do
    if [ -e $folder/$file ]; then cat $folder/$file >$own/$file; fi
  done
  sh -c 'echo $$ >"$0/cgroup.procs"' $own
  rmdir $own
  trap - EXIT
done`,
  },
];

/**
 * What the programs of the operating system have to achieve.
 *
 * @param pod path of the program that runs in the pods of tests, statically linked.
 * @param runc path of runc.
 */
export function programProbes(pod: string, runc: string): Probe[] {
  return [
    {
      what: "bridges and pairs of network interfaces",
      script: `ip link add bridge type bridge
ip link add left type veth peer name right
ip link set left master bridge up
echo 1 >/proc/sys/net/ipv4/ip_forward`,
    },
    {
      what: "nftables, for kube-proxy",
      script: `nft -f - <<RULES
table ip probe {
  chain endpoint { meta l4proto tcp dnat to 10.0.0.1:80; }
  chain services {
    type nat hook prerouting priority dstnat;
    fib daddr type local numgen random mod 2 vmap { 0 : goto endpoint, 1 : goto endpoint };
  }
  chain masquerading { type nat hook postrouting priority srcnat; ct state new masquerade; }
}
RULES`,
    },
    {
      what: "iptables, for the pod network",
      script: "iptables -t nat -A POSTROUTING -m comment --comment probe -j MASQUERADE",
    },
    {
      what: "containers",
      script: `mount -t tmpfs tmpfs /run
mkdir /run/files
cp "${pod}" /run/files/pod
cat >/run/settings <<SETTINGS
version = 2
root = "/run/root"
state = "/run/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "/run/containerd.sock"
SETTINGS
containerd --config /run/settings >/run/log 2>&1 &
ctr="ctr --address /run/containerd.sock"
for try in $(seq 200); do if $ctr version >/dev/null 2>&1; then break; fi; sleep 0.05; done
name=kubelb-probe-$(basename "$(mktemp -u)")
$ctr run --rm --null-io --runc-binary "${runc}" --cgroup /$name --rootfs /run/files $name \\
  /pod --version || { cat /run/log; false; }`,
    },
  ];
}
