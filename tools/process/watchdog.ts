/**
 * A small shell process that outlives its owner just long enough to clean up after it.
 *
 * Deno cannot ask the kernel for a parent-death signal, and a signal handler does not run on
 * `kill -9`. A pipe does the job in every case: whichever way the owner ends, the kernel closes its
 * end, the shell reads end-of-file, kills what the owner left behind and removes its folder. An
 * orderly end takes the same way, so the way is exercised all the time.
 *
 * @module
 */

/**
 * The variable that marks every process of a sandbox with the sandbox's folder. Descendants inherit
 * it, so that also those whose parent is dead are found; a program that somebody merely points at
 * the folder (`tail`, `kubectl`) does not carry it and is left alone.
 */
export const sandboxVariable = "KUBELB_SANDBOX";

/**
 * A shell script of this name in a sandbox's folder runs when all its processes have ended, before
 * the folder goes: for what the kernel keeps although nobody uses it any more.
 */
export const cleanupFile = "cleanup.sh";

// $1 is the folder, $2 is "keep" when the folder is to stay. Lines on standard input are process
// ids, for systems without /proc; on those, descendants of dead processes are not found.
const script = `
trap '' INT TERM HUP QUIT
folder=$1 keep=$2 pids=
while read -r pid; do pids="$pids $pid"; done
remaining() {
  if [ -r /proc/self/environ ]; then
    grep -lsF "${sandboxVariable}=$folder" /proc/[0-9]*/environ | cut -d/ -f3
  else
    for pid in $pids; do kill -0 "$pid" 2>/dev/null && echo "$pid"; done
  fi
}
tries=0
while found=$(remaining) && [ -n "$found" ] && [ $tries -lt 100 ]; do
  kill -9 $found 2>/dev/null
  tries=$((tries + 1))
  sleep 0.02
done
[ -f "$folder/${cleanupFile}" ] && sh "$folder/${cleanupFile}"
[ "$keep" = keep ] || rm -rf -- "$folder"
`;

/** Ends every marked process and removes the folder when its owner ends or disposes of it. */
export class Watchdog implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;

  /**
   * @param folder the sandbox: value of {@linkcode sandboxVariable} in what it may kill, and what
   *   it removes.
   * @param keepFolder leave the folder, for a look at the logs.
   */
  constructor(folder: string, keepFolder = false) {
    this.#child = new Deno.Command("sh", {
      args: ["-c", script, "watchdog", folder, keepFolder ? "keep" : "remove"],
      // Of no sandbox, also when its owner runs in one: the watchdog of that one would kill it
      // together with its owner, before it has cleaned up.
      env: { [sandboxVariable]: "" },
      stdin: "piped",
      stdout: "null",
      // Not its owner's: an inherited stream would keep `program | less` open to the end.
      stderr: "null",
      // A session of its own: Ctrl-C in the terminal reaches the owner only.
      detached: true,
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
  }

  /** Adds a process; only systems without `/proc` need to be told. */
  async guard(pid: number): Promise<void> {
    await this.#input.write(new TextEncoder().encode(`${pid}\n`));
  }

  /** Ends what is left and removes the folder; resolves when both are done. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close();
    await this.#child.status;
  }
}
