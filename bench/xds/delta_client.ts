/**
 * A delta ADS client that behaves like one Envoy and counts what passes: the measuring instrument of
 * the benchmarks.
 *
 * @module
 */
import type { ChannelCredentials } from "@grpc/grpc-js";
import { envoy, typeUrls } from "../../envoy/proto/mod.ts";
import { AdsStream, type Arrival } from "./ads_stream.ts";

const { DeltaDiscoveryRequest, DeltaDiscoveryResponse } = envoy.service.discovery.v3;
const { Cluster } = envoy.config.cluster.v3;

/** What has passed in both directions since the last {@linkcode DeltaClient.resetTraffic}. */
export interface Traffic {
  bytesReceived: number;
  bytesSent: number;
  responses: number;
  /** Resources that came with the version the client already had. */
  unchanged: number;
  /** Resources that were taken away. */
  removed: number;
}

const noTraffic: Readonly<Traffic> = {
  bytesReceived: 0,
  bytesSent: 0,
  responses: 0,
  unchanged: 0,
  removed: 0,
};

/** A response of the delta variant. */
export interface DeltaArrival extends Arrival {
  /** Of the resources in it. */
  readonly names: readonly string[];
  /** `performance.now()` after the acknowledgement. */
  readonly acknowledged: number;
}

/** Is told of every response, after it was acknowledged. */
export type ResponseListener = (arrival: DeltaArrival) => void;

/** Subscribes to listeners and clusters as a whole, and to the endpoints of every cluster. */
export class DeltaClient implements Disposable {
  readonly #stream: AdsStream;
  readonly #held = new Map<string, Map<string, string>>();
  readonly #listeners = new Set<ResponseListener>();
  traffic: Traffic = { ...noTraffic };

  /**
   * @param address `127.0.0.1:8001`
   * @param node id and cluster of the Envoy it plays.
   * @param credentials of an Envoy of that fleet.
   * @param held what it already has, by type and name: the versions of an Envoy that reconnects.
   */
  constructor(address: string, node: string, credentials: ChannelCredentials, held?: DeltaClient) {
    const receive = this.#receive.bind(this);
    this.#stream = new AdsStream(address, "delta", credentials, receive);
    for (const typeUrl of [typeUrls.cluster, typeUrls.listener]) {
      this.#send({ node: { id: node, cluster: node }, ...this.#first(typeUrl, held) });
    }
    if (held !== undefined) this.#subscribeEndpoints(held);
  }

  /** Why the stream ended, if it did. */
  get error(): Error | undefined {
    return this.#stream.error;
  }

  /** How many resources of a type it holds. */
  count(typeUrl: string): number {
    return this.#held.get(typeUrl)?.size ?? 0;
  }

  /** Of how many clusters it has the endpoints. */
  get complete(): number {
    return this.count(typeUrls.endpoint);
  }

  /** Bytes of all messages, in both directions, since {@linkcode DeltaClient.resetTraffic}. */
  get bytes(): number {
    return this.traffic.bytesReceived + this.traffic.bytesSent;
  }

  /** The version it holds of a resource. */
  version(typeUrl: string, name: string): string | undefined {
    return this.#held.get(typeUrl)?.get(name);
  }

  /** Names of the resources it holds. */
  names(typeUrl: string): readonly string[] {
    return [...this.#held.get(typeUrl)?.keys() ?? []];
  }

  /** Calls `listener` for each response until disposed. */
  onResponse(listener: ResponseListener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Starts counting from zero. */
  resetTraffic(): void {
    this.traffic = { ...noTraffic };
  }

  [Symbol.dispose](): void {
    this.#stream[Symbol.dispose]();
  }

  #first(typeUrl: string, held: DeltaClient | undefined) {
    const versions = new Map(held === undefined ? [] : held.#held.get(typeUrl));
    this.#held.set(typeUrl, versions);
    return { typeUrl, initialResourceVersions: Object.fromEntries(versions) };
  }

  #subscribeEndpoints(held: DeltaClient): void {
    const first = this.#first(typeUrls.endpoint, held);
    this.#send({ ...first, resourceNamesSubscribe: held.names(typeUrls.endpoint) as string[] });
  }

  #send(request: envoy.service.discovery.v3.IDeltaDiscoveryRequest): void {
    const bytes = DeltaDiscoveryRequest.encode(request).finish();
    this.traffic.bytesSent += bytes.length;
    this.#stream.send(bytes);
  }

  #receive(bytes: Uint8Array, received: number): void {
    const response = DeltaDiscoveryResponse.decode(bytes);
    const { typeUrl, nonce } = response;
    this.traffic.bytesReceived += bytes.length;
    this.traffic.responses++;
    const held = this.#held.get(typeUrl) ?? new Map<string, string>();
    this.#held.set(typeUrl, held);
    const names: string[] = [];
    for (const { name, version } of response.resources) {
      if (held.get(name!) === version) this.traffic.unchanged++;
      held.set(name!, version!);
      names.push(name!);
    }
    for (const name of response.removedResources) held.delete(name);
    this.traffic.removed += response.removedResources.length;
    this.#send({ typeUrl, responseNonce: nonce });
    if (typeUrl === typeUrls.cluster) this.#followClusters(response);
    const arrival = { typeUrl, bytes, names, received, acknowledged: performance.now() };
    for (const listener of this.#listeners) listener(arrival);
  }

  /** As Envoy does: a new cluster's endpoints are asked for by its service name. */
  #followClusters(response: envoy.service.discovery.v3.DeltaDiscoveryResponse): void {
    const wanted = new Set<string>();
    for (const { resource } of response.resources) {
      const cluster = Cluster.decode(resource!.value as Uint8Array);
      wanted.add(cluster.edsClusterConfig?.serviceName || cluster.name);
    }
    const removed = response.removedResources as string[];
    const endpoints = this.#held.get(typeUrls.endpoint);
    const subscribe = [...wanted].filter((name) => !endpoints?.has(name));
    if (subscribe.length === 0 && removed.length === 0) return;
    this.#send({
      typeUrl: typeUrls.endpoint,
      resourceNamesSubscribe: subscribe,
      resourceNamesUnsubscribe: removed,
    });
    for (const name of removed) endpoints?.delete(name);
  }
}
