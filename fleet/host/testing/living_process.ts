/**
 * Processes for tests that look at processes.
 *
 * @module
 */

/** A process that lives until it is disposed of. */
export interface LivingProcess extends AsyncDisposable {
  readonly pid: number;
}

/**
 * Starts a shell that does nothing.
 *
 * @param args the last of its command line.
 * @param setup shell commands that are run before it: what they set, it has.
 */
export async function livingProcess(
  args: readonly string[],
  setup = ":",
): Promise<LivingProcess> {
  const script = `${setup}; exec sh -c 'echo started; read line' "$@"`;
  const child = new Deno.Command("sh", {
    args: ["-c", script, "sh", ...args],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  // While a program is being loaded its arguments cannot be read yet.
  const reader = child.stdout.getReader();
  await reader.read();
  return {
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await reader.cancel();
      await child.stdin.close().catch(() => {});
      await child.status;
    },
  };
}
