/**
 * Starting a process that outlives this one.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { open } from "node:fs/promises";

/** A process that was started here. */
export interface LaunchedProcess {
  readonly pid: number;
  /** Resolves, with a few words on how, when it has ended. */
  readonly exited: Promise<string>;
}

/** What to start, and where its output goes. */
export interface LaunchOptions {
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
  /** Added to the environment of this program. */
  readonly environment: Readonly<Record<string, string>>;
  /** File to which standard output and error are appended. */
  readonly output: string;
}

/**
 * Starts a program in a session of its own, so that no signal to this program's group or terminal
 * reaches it, and with a file for its output: a pipe would break when this program dies.
 *
 * Uses `node:child_process`, because `Deno.Command` cannot redirect to a file.
 *
 * @throws {Error} that says what to do when the program cannot be started.
 */
export async function launch(options: LaunchOptions): Promise<LaunchedProcess> {
  const { program, args, environment, folder, output } = options;
  await using file = await open(output, "a", 0o600);
  const child = spawn(program, [...args], {
    cwd: folder,
    env: { ...inherited(), ...environment },
    detached: true,
    stdio: ["ignore", file.fd, file.fd],
  });
  const exited = new Promise<string>((resolve) => {
    child.once("exit", (code, signal) => resolve(describeExit(code, signal)));
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (cause) => reject(launchError(program, cause)));
  });
  // This program may end before it.
  child.unref();
  return { pid: child.pid!, exited };
}

/** What this program is started with to take less memory: one arena is enough for it, not for Envoy. */
export const ownMemorySettings: readonly string[] = [
  "MALLOC_ARENA_MAX",
  "MALLOC_MMAP_THRESHOLD_",
  "MALLOC_TRIM_THRESHOLD_",
];

function inherited(): Record<string, string> {
  const variables = Object.entries(Deno.env.toObject());
  return Object.fromEntries(variables.filter(([name]) => !ownMemorySettings.includes(name)));
}

function describeExit(code: number | null, signal: string | null): string {
  return signal === null ? `exited with code ${code}` : `was ended by ${signal}`;
}

function launchError(program: string, cause: Error): Error {
  const code = "code" in cause ? cause.code : undefined;
  const hint = code === "ENOENT"
    ? "there is no such file; install Envoy, or name it by --envoy-path"
    : code === "EACCES"
    ? "it is not executable by this user"
    : "starting it failed";
  return new Error(`Envoy cannot be started from ${program}: ${hint}`, { cause });
}
