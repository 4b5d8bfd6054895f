/**
 * A cgroup that looks like the root of them all to those inside.
 *
 * No namespace takes cgroups with it: they stay until somebody removes them, and what runs pods makes
 * many. Below one of our own they can be found.
 *
 * @module
 */

/** One for each controller, or the only one (version 2). */
const roots =
  "$(if [ -e /sys/fs/cgroup/cgroup.procs ]; then echo /sys/fs/cgroup; else ls -d /sys/fs/cgroup/*; fi)";

/** In version 2 a cgroup gives its children no controller by itself. These are what pods use. */
const giveControllers = `give() {
  for controller in cpu cpuset io memory pids; do
    if grep -qw $controller $1/cgroup.controllers; then
      echo +$controller >$1/cgroup.subtree_control
    fi
  done
}`;

/**
 * Shell commands that make the cgroup and put the shell into it; for the rest of its life, or until
 * `unshare --cgroup` makes a root of it.
 *
 * @param name as `/kubelb-…`.
 */
export function enterCgroup(name: string): string {
  return `${giveControllers}
if [ -e /sys/fs/cgroup/cgroup.procs ]; then give /sys/fs/cgroup; fi
for c in ${roots}; do
  own=$c${name}
  mkdir $own
  # In version 1 these are empty at first, and then nobody can be put in.
  if [ ! -e $own/cgroup.controllers ]; then
    for f in cpuset.cpus cpuset.mems; do if [ -e $c/$f ]; then cat $c/$f >$own/$f; fi; done
  fi
  echo $$ >$own/cgroup.procs
done`;
}

/**
 * Shell commands for after `unshare --cgroup`. In version 2 a cgroup that gives its children
 * controllers holds no process itself, so the shell moves on, into one beside those of the pods.
 */
export function clearCgroup(name: string): string {
  return `${giveControllers}
own=/sys/fs/cgroup${name}
if [ -e $own/cgroup.procs ]; then
  mkdir $own/machine
  echo $$ >$own/machine/cgroup.procs
  give $own
fi`;
}

/** Shell commands that put the shell, which comes from elsewhere, among those inside. */
export function joinCgroup(name: string): string {
  return `for c in ${roots}; do
  own=$c${name}
  if [ -d $own/machine ]; then own=$own/machine; fi
  echo $$ >$own/cgroup.procs
done`;
}

/** Shell commands that show only the cgroup, in a mount namespace of its own. */
export function showCgroup(name: string): string {
  return `for c in ${roots}; do mount --bind $c${name} $c; done`;
}

/** Shell commands that remove the cgroup with all below, once the processes are gone. */
export function removeCgroup(name: string): string {
  return `for try in $(seq 100); do
  found=$(for c in ${roots}; do [ -d $c${name} ] && echo $c${name}; done)
  [ -n "$found" ] || break
  find $found -depth -type d -exec rmdir {} + 2>/dev/null
  sleep 0.05
done
`;
}
