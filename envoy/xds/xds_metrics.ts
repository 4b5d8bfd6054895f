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
  /** Streams by peer address: a connection is a peer that has streams. */
  readonly #peers = new Map<string, number>();

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
    this.#requests = typed("grpc_requests_total", "Discovery requests received");
    this.#responses = typed("grpc_responses_total", "Discovery responses sent");
    this.#rejects = typed("rejects_total", "Discovery responses that an Envoy refused");
    this.#responseBytes = typed("response_bytes_total", "Bytes of discovery responses sent");
  }

  opened(variant: Variant, peer: string): void {
    this.#streams.inc({ variant });
    this.#peers.set(peer, (this.#peers.get(peer) ?? 0) + 1);
    this.#connections.set(this.#peers.size);
  }

  closed(variant: Variant, peer: string): void {
    this.#streams.dec({ variant });
    const left = (this.#peers.get(peer) ?? 1) - 1;
    if (left > 0) this.#peers.set(peer, left);
    else this.#peers.delete(peer);
    this.#connections.set(this.#peers.size);
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
