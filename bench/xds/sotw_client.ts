/**
 * A state-of-the-world ADS client that behaves like one Envoy and counts what passes: as
 * `delta_client.ts`, for the other variant.
 *
 * @module
 */
import type { ChannelCredentials } from "@grpc/grpc-js";
import { Reader } from "protobufjs/minimal.js";
import { envoy, typeUrls } from "../../envoy/proto/mod.ts";
import { AdsStream, type Arrival } from "./ads_stream.ts";

const { DiscoveryRequest, DiscoveryResponse } = envoy.service.discovery.v3;
const { Cluster } = envoy.config.cluster.v3;
const { ClusterLoadAssignment } = envoy.config.endpoint.v3;

/** Subscribes to listeners and clusters as a whole, and to the endpoints of every cluster. */
export class SotwClient implements Disposable {
  readonly #stream: AdsStream;
  readonly #listeners = new Set<(arrival: Arrival) => void>();
  readonly #endpoints = new Set<string>();
  /** What every request about endpoints repeats, encoded: with 10,000 names it is most of it. */
  #endpointNames: Uint8Array = new Uint8Array();
  #clusters = 0;
  /** Bytes of all messages, in both directions. */
  bytes = 0;

  /** @param node id and cluster of the Envoy it plays. */
  constructor(address: string, node: string, credentials: ChannelCredentials) {
    const receive = this.#receive.bind(this);
    this.#stream = new AdsStream(address, "sotw", credentials, receive);
    for (const typeUrl of [typeUrls.cluster, typeUrls.listener]) {
      this.#send({ node: { id: node, cluster: node }, typeUrl });
    }
  }

  /** Why the stream ended, if it did. */
  get error(): Error | undefined {
    return this.#stream.error;
  }

  /** Of how many clusters it has got the endpoints. */
  get complete(): number {
    return this.#endpoints.size;
  }

  /** Calls `listener` for each response, after it was acknowledged, until disposed. */
  onResponse(listener: (arrival: Arrival) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  [Symbol.dispose](): void {
    this.#stream[Symbol.dispose]();
  }

  #send(request: envoy.service.discovery.v3.IDiscoveryRequest): void {
    const head = DiscoveryRequest.encode(request).finish();
    const names = request.typeUrl === typeUrls.endpoint ? this.#endpointNames : new Uint8Array();
    // Encoded messages one after the other are their union.
    const bytes = new Uint8Array(head.length + names.length);
    bytes.set(head);
    bytes.set(names, head.length);
    this.bytes += bytes.length;
    this.#stream.send(bytes);
  }

  #receive(bytes: Uint8Array, received: number): void {
    this.bytes += bytes.length;
    const { typeUrl, versionInfo, nonce } = readHead(bytes);
    if (typeUrl === typeUrls.cluster) this.#followClusters(bytes);
    if (typeUrl === typeUrls.endpoint && this.#endpoints.size < this.#clusters) {
      for (const body of bodies(bytes)) {
        this.#endpoints.add(ClusterLoadAssignment.decode(body).clusterName);
      }
    }
    this.#send({ typeUrl, versionInfo, responseNonce: nonce });
    for (const listener of this.#listeners) listener({ typeUrl, bytes, received });
  }

  /** As Envoy does: the endpoints of all clusters are asked for by name. */
  #followClusters(bytes: Uint8Array): void {
    const resourceNames = bodies(bytes).map((body) => Cluster.decode(body).name);
    this.#clusters = resourceNames.length;
    this.#endpointNames = DiscoveryRequest.encode({ resourceNames }).finish();
    this.#send({ typeUrl: typeUrls.endpoint });
  }
}

function bodies(bytes: Uint8Array): Uint8Array[] {
  return DiscoveryResponse.decode(bytes).resources.map(({ value }) => value as Uint8Array);
}

/** What is needed to acknowledge; resources are skipped, so that the client costs little. */
function readHead(bytes: Uint8Array): { typeUrl: string; versionInfo: string; nonce: string } {
  const head = { typeUrl: "", versionInfo: "", nonce: "" };
  const reader = Reader.create(bytes);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 === 1) head.versionInfo = reader.string();
    else if (tag >>> 3 === 4) head.typeUrl = reader.string();
    else if (tag >>> 3 === 5) head.nonce = reader.string();
    else reader.skipType(tag & 7);
  }
  return head;
}
