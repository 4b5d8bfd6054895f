/**
 * What the xDS server counts. The first three names are upstream KubeLB's.
 *
 * @module
 */
import { Counter, Gauge, type Registry } from "../../base/metrics.ts";
import { typeUrls } from "../proto/mod.ts";
import type { Variant } from "./protocol.ts";

const prefix = "kubelb_envoy_control_plane";
const knownTypes: ReadonlySet<string> = new Set(Object.values(typeUrls));

/** The metrics of one server; a registry takes one of these. */
export class XdsMetrics {
  readonly #connections: Gauge;
  readonly #streams: Gauge<"variant">;
  readonly #requests: Counter<"type_url">;
  readonly #responses: Counter<"type_url">;
  readonly #rejects: Counter<"type_url">;
  readonly #responseBytes: Counter<"type_url">;
  readonly #closedConnections: Counter;
  readonly #refused: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    const typed = (name: string, help: string) =>
      new Counter({ name: `${prefix}_${name}`, help, labelNames: ["type_url"], registers });
    this.#connections = new Gauge({
      name: `${prefix}_grpc_connections`,
      help: "Connections of Envoys that have at least one open stream",
      registers,
    });
    this.#streams = new Gauge({
      name: `${prefix}_streams`,
      help: "Open discovery streams",
      labelNames: ["variant"],
      registers,
    });
    this.#closedConnections = new Counter({
      name: `${prefix}_closed_connections_total`,
      // Measured on Deno 2.9.3, whatever the answers' size: about 40 kB for each in plaintext, 60 to
      // 90 kB with client certificates (`bench scale`). Its node:http2 never lets go of a session's
      // handle, which keeps session and socket.
      help: "Connections that have ended; each costs 60 to 90 kB of memory until the next start",
      registers,
    });
    this.#refused = new Counter({
      name: `${prefix}_refused_streams_total`,
      help: "Streams that were refused or ended because a limit was exceeded",
      registers,
    });
    this.#requests = typed("grpc_requests_total", "Discovery requests received");
    this.#responses = typed("grpc_responses_total", "Discovery responses sent");
    this.#rejects = typed("rejects_total", "Discovery responses that an Envoy refused");
    this.#responseBytes = typed("response_bytes_total", "Bytes of discovery responses sent");
  }

  /** A stream begins; `connections` is how many have streams now. */
  opened(variant: Variant, connections: number): void {
    this.#streams.inc({ variant });
    this.#connections.set(connections);
  }

  /** A stream has ended, and with it its connection if it was the last. */
  closed(variant: Variant, connections: number, last: boolean): void {
    this.#streams.dec({ variant });
    this.#connections.set(connections);
    if (last) this.#closedConnections.inc();
  }

  /** A limit was exceeded. */
  refused(): void {
    this.#refused.inc();
  }

  request(typeUrl: string): void {
    this.#requests.inc(labelsOf(typeUrl));
  }

  response(typeUrl: string, bytes: number): void {
    this.#responses.inc(labelsOf(typeUrl));
    this.#responseBytes.inc(labelsOf(typeUrl), bytes);
  }

  rejected(typeUrl: string): void {
    this.#rejects.inc(labelsOf(typeUrl));
  }
}

/** Clients may ask for any type; only those we serve become a time series. */
function labelsOf(typeUrl: string): { type_url: string } {
  return { type_url: knownTypes.has(typeUrl) ? typeUrl : "other" };
}
