/**
 * The shell script that runs the bundle.
 *
 * @module
 */
import type { Runtime } from "../process/runtime.ts";

/**
 * All that the bundle needs is beside it: whatever lies around it is not looked at. And nothing is
 * kept for the next start: writing V8's code cache costs the first one memory that it never gives
 * back, and a service starts too seldom to earn it.
 */
const ownFlags = ["--no-config", "--no-lock", "--no-remote", "--no-npm", "--no-code-cache"];

/** Text of `dist/kubelb`. */
export function launcherScript(manager: Runtime, ccm: Runtime): string {
  return `#!/bin/sh
# KubeLB. Runs the bundle beside this file with the Deno beside this file, else the one on PATH.
# Made by \`deno task bundle\`; the settings are those of the tasks in deno.json.
# KUBELB_DENO_FLAGS may hold more flags of \`deno run\`, such as --allow-run=aws for a kubeconfig
# of the CCM that has an exec plugin.
set -eu
here=$(dirname -- "$(readlink -f -- "$0")")
deno=$here/deno
if [ ! -x "$deno" ] && ! deno=$(command -v deno); then
  echo "kubelb: there is no deno on PATH and none at $here/deno: put Deno 2.9.3 there" >&2
  exit 127
fi
case " $* " in
  *" --mode=manager "* | *" --mode manager "*)
${branch(manager)}
    ;;
  *)
${branch(ccm)}
    ;;
esac
export DENO_NO_PACKAGE_JSON=1 DENO_NO_UPDATE_CHECKS=1
# shellcheck disable=SC2086 # several flags are several words
exec "$deno" run $flags ${ownFlags.join(" ")} \${KUBELB_DENO_FLAGS:-} "$here/main.js" "$@"
`;
}

/** What is set already, stays. */
function branch({ env, flags }: Runtime): string {
  const settings = Object.entries(env).map(([name, value]) =>
    `    export ${name}="\${${name}:-${value}}"`
  );
  return [...settings, `    flags="${flags.join(" ")}"`].join("\n");
}
