/**
 * How an Envoy is started.
 *
 * @module
 */

/** What is the same for all Envoys of this host. */
export interface EnvoySettings {
  /** Path of the program. */
  readonly envoyPath: string;
  /** Worker threads of each Envoy. */
  readonly concurrency: number;
  /** Seconds that connections get to finish when their listener goes, or the whole Envoy. */
  readonly drainSeconds: number;
  /** Envoy's own log: `info`, `warning`, … */
  readonly logLevel: string;
  /** Added to the environment that it inherits. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What decides, besides their number, what the file descriptors of an Envoy are good for. */
export type DescriptorUse = Pick<EnvoySettings, "concurrency" | "drainSeconds">;

/** Names inside a fleet's folder, which is Envoy's working directory. */
export const files = {
  bootstrap: "bootstrap.json",
  log: "envoy.log",
  /** What it says before, or beside, its log: standard output and error. */
  output: "output.log",
  accessLog: "access.log",
  /** Relative, since the path of a socket must not be longer than 107 bytes. */
  adminSocket: "admin.sock",
  record: "process.json",
  /** Folder of the certificates for the xDS server. */
  credentials: "credentials",
} as const;

/**
 * The arguments of an Envoy. The path of its bootstrap is among them, so that it can be found by its
 * command line.
 */
export function envoyArguments(
  folder: string,
  { concurrency, drainSeconds, logLevel }: EnvoySettings,
): string[] {
  return [
    ...["--config-path", `${folder}/${files.bootstrap}`],
    // With hot restart, Envoy asks the kernel to end it together with its parent, or even with the
    // thread of the parent that started it. It is to outlive both. (Nor does it need a base id then:
    // it shares neither memory nor sockets with other Envoys.)
    "--disable-hot-restart",
    // Fixed, since by default an Envoy takes every core of the host.
    ...["--concurrency", String(concurrency)],
    ...["--drain-time-s", String(drainSeconds)],
    // HTTP clients are told to leave at once, not with a chance that grows over the drain time.
    ...["--drain-strategy", "immediate"],
    ...["--log-level", logLevel],
    ...["--log-path", `${folder}/${files.log}`],
    // Envoy's default is 10 s: too long for someone who follows an access log.
    ...["--file-flush-interval-msec", "1000"],
  ];
}

/** What an Envoy with these arguments was told; undefined when they are not ours. */
export function settingsOf(args: readonly string[]): DescriptorUse | undefined {
  const concurrency = numberAfter("--concurrency", args);
  const drainSeconds = numberAfter("--drain-time-s", args);
  return concurrency && drainSeconds ? { concurrency, drainSeconds } : undefined;
}

function numberAfter(flag: string, args: readonly string[]): number | undefined {
  const index = args.indexOf(flag);
  return index < 0 ? undefined : Number(args[index + 1]) || undefined;
}

/** Whether a command line is that of the Envoy whose folder is given. */
export function isEnvoyOf(folder: string, args: readonly string[]): boolean {
  const index = args.indexOf("--config-path");
  return index >= 0 && args[index + 1] === `${folder}/${files.bootstrap}`;
}
