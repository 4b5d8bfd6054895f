/**
 * Talking to an Envoy through its admin socket.
 *
 * @module
 */
import { request } from "node:http";

/** Listeners of one Envoy. */
export interface ListenerCounts {
  /** Those that take connections. */
  readonly active: number;
  /** Those that were changed or went, and live until the drain time has passed. */
  readonly draining: number;
}

/** The admin interface of one Envoy. */
export interface AdminClient {
  /** Whether the Envoy has loaded a complete configuration and serves it. */
  isReady(): Promise<boolean>;
  /** Closes all listeners; connections live on. @throws when it cannot be reached. */
  drainListeners(): Promise<void>;
  /** How many connections clients have open. @throws when it cannot be reached. */
  connections(): Promise<number>;
  /** @throws when it cannot be reached. */
  listeners(): Promise<ListenerCounts>;
  /** Begins all log files anew under their names. @throws when it cannot be reached. */
  reopenLogs(): Promise<void>;
}

/** An Envoy that does not answer for so long (milliseconds) is treated as one that is gone. */
const patience = 1_000;

/** @param socketPath the admin socket; at most 107 bytes. */
export function adminClient(socketPath: string): AdminClient {
  const call = (method: "GET" | "POST", path: string) => send(socketPath, method, path);
  return {
    async isReady() {
      try {
        return (await call("GET", "/ready")).startsWith("LIVE");
      } catch {
        // Not listening yet, 503 while it initialises, or already gone: not ready in each case.
        return false;
      }
    },
    async drainListeners() {
      await call("POST", "/drain_listeners");
    },
    async connections() {
      const filter = encodeURIComponent("^listener\\..*\\.downstream_cx_active$");
      return sumOfConnections(await call("GET", `/stats?filter=${filter}`));
    },
    async listeners() {
      const filter = encodeURIComponent("^listener_manager\\.total_");
      return listenerCounts(await call("GET", `/stats?type=Gauges&filter=${filter}`));
    },
    async reopenLogs() {
      await call("POST", "/reopen_logs");
    },
  };
}

/** Where only filter chains changed Envoy counts those instead of the listener. */
export function listenerCounts(stats: string): ListenerCounts {
  const sum = (name: RegExp) => sumOf(stats, (line) => name.test(line));
  return {
    active: sum(/\.total_listeners_active:/),
    draining: sum(/\.total_(listeners|filter_chains)_draining:/),
  };
}

/** Adds up `listener.<name>.downstream_cx_active` of all but Envoy's own listeners. */
export function sumOfConnections(stats: string): number {
  // Each worker's share is listed too, and would be counted twice.
  const others = /^listener\.(admin|kubelb_[a-z]+)\.|\.worker_\d+\./;
  return sumOf(stats, (line) => !others.test(line));
}

function sumOf(stats: string, counts: (line: string) => boolean): number {
  const values = stats.split("\n").filter(counts).map((line) => /: (\d+)$/.exec(line)?.[1] ?? 0);
  return values.reduce<number>((sum, value) => sum + Number(value), 0);
}

/** The body of a 200; everything else is an error. */
function send(socketPath: string, method: string, path: string): Promise<string> {
  const signal = AbortSignal.timeout(patience);
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, method, path, agent: false, signal }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => body += chunk);
      response.on("error", reject);
      response.on("end", () => {
        if (response.statusCode === 200) resolve(body);
        else reject(new Error(`Envoy answered ${response.statusCode} to ${method} ${path}`));
      });
    });
    outgoing.on("error", reject);
    outgoing.end();
  });
}
