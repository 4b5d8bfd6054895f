/**
 * The two variants of the protocol behind one interface: how requests are read, and what answers.
 *
 * @module
 */
import { envoy, typeUrls } from "../proto/mod.ts";
import { DeltaTypeStream } from "./delta_type_stream.ts";
import type { DeltaRequest, Node, RequestHeader, SotwRequest } from "./request.ts";
import { SotwTypeStream } from "./sotw_type_stream.ts";
import type { TypeStream, TypeStreamOptions } from "./type_stream.ts";
import { XdsError } from "./xds_error.ts";

const { DeltaDiscoveryRequest, DiscoveryRequest } = envoy.service.discovery.v3;

/** The names of the variants, as labels and in logs. */
export type Variant = "delta" | "sotw";

/** One variant of the protocol. */
export interface Protocol<Request extends RequestHeader> {
  readonly variant: Variant;
  /** @throws XdsError with reason `InvalidRequest` when the bytes are no request. */
  decode(bytes: Uint8Array): Request;
  createTypeStream(options: TypeStreamOptions): TypeStream<Request>;
}

/** Listeners and clusters: all are sent, and a request without names means all. */
export function isFullState(typeUrl: string): boolean {
  return typeUrl === typeUrls.listener || typeUrl === typeUrls.cluster;
}

/** Incremental: names are subscribed and unsubscribed, only changes are sent. */
export const deltaProtocol: Protocol<DeltaRequest> = {
  variant: "delta",
  decode(bytes) {
    const message = decodeWith(DeltaDiscoveryRequest, bytes);
    return {
      ...headerOf(message),
      subscribe: message.resourceNamesSubscribe,
      unsubscribe: message.resourceNamesUnsubscribe,
      initialVersions: new Map(Object.entries(message.initialResourceVersions)),
    };
  },
  createTypeStream: (options) => new DeltaTypeStream(options),
};

/** State of the world: each request lists all names that are wanted. */
export const sotwProtocol: Protocol<SotwRequest> = {
  variant: "sotw",
  decode(bytes) {
    const message = decodeWith(DiscoveryRequest, bytes);
    return { ...headerOf(message), names: message.resourceNames, version: message.versionInfo };
  },
  createTypeStream: (options) => new SotwTypeStream(options),
};

function decodeWith<Message>(
  type: { decode(bytes: Uint8Array): Message },
  bytes: Uint8Array,
): Message {
  try {
    return type.decode(bytes);
  } catch (cause) {
    throw new XdsError("InvalidRequest", "the message is not a discovery request", { cause });
  }
}

function headerOf(
  message: InstanceType<typeof DeltaDiscoveryRequest> | InstanceType<typeof DiscoveryRequest>,
): RequestHeader {
  const { node, typeUrl, responseNonce, errorDetail } = message;
  return {
    typeUrl,
    nonce: responseNonce,
    ...(node === null ? {} : { node: nodeOf(node) }),
    ...(errorDetail === null ? {} : { error: errorDetail.message || "no reason given" }),
  };
}

function nodeOf({ id, cluster }: envoy.config.core.v3.Node): Node {
  return { id, cluster };
}
