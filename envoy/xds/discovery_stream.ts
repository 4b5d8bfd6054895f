/**
 * All resource types of one stream: who is sent when.
 *
 * @module
 */
import { typeUrls } from "../proto/mod.ts";
import { compareTypes, permitFor } from "./order.ts";
import { isFullState, type Protocol } from "./protocol.ts";
import type { RequestHeader } from "./request.ts";
import type { ResourceChange, ResourceStore } from "./resource_store.ts";
import type { SocketPace } from "./socket_pace.ts";
import type { Answer, Response, TypeStream } from "./type_stream.ts";
import { XdsError } from "./xds_error.ts";

/** What a {@linkcode DiscoveryStream} is made with. */
export interface DiscoveryStreamOptions<Request extends RequestHeader> {
  readonly protocol: Protocol<Request>;
  readonly store: ResourceStore;
  /** Set on a stream for one type; absent on an aggregated stream. */
  readonly typeUrl?: string;
  /** Of the client's listeners. Default: they change at once. */
  readonly pace?: SocketPace | undefined;
  /** Default: by type. A single larger resource, or a full state, is sent whole. */
  readonly maxResponseBytes?: number;
}

/**
 * A stream begins `fresh`, becomes `resumed` when the client brings resources from an earlier one,
 * and is `settled` when it had the time to say all it wants.
 */
type Phase = "fresh" | "resumed" | "settled";

/** A client that invents types must not make the server remember them all. Envoy knows about 15. */
const maxTypes = 64;

/**
 * The pure core of a stream: requests go in by {@linkcode DiscoveryStream.receive}, store changes by
 * {@linkcode DiscoveryStream.changed}; responses are pulled by {@linkcode DiscoveryStream.next}.
 *
 * Because responses are made when they are pulled, a client that reads late gets the newest state
 * and never a history. At most one response per type is unanswered at any time, but for clusters
 * that warm; see {@linkcode DiscoveryStream.overdue}.
 */
export class DiscoveryStream<Request extends RequestHeader> {
  readonly #options: DiscoveryStreamOptions<Request>;
  /** In the order in which they are sent. */
  #types: [typeUrl: string, stream: TypeStream<Request>][] = [];
  #lastNonce = 0;
  /** Assignments of clusters that were sent before the client subscribed to endpoints. */
  readonly #assignmentsToFollow = new Set<string>();
  #phase: Phase = "fresh";
  #lastAnswered = 0;
  /** The last response about clusters whose answer is overdue. */
  #overdue: string | undefined;

  constructor(options: DiscoveryStreamOptions<Request>) {
    this.#options = options;
  }

  /**
   * Takes a request in.
   *
   * @returns what the request says about the client, and of which type.
   * @throws XdsError when the request makes no sense; the stream is to be ended.
   */
  receive(request: Request): { typeUrl: string; answers: readonly Answer[] } {
    const typeUrl = this.#typeOf(request);
    const existing = this.#type(typeUrl);
    const stream = existing ?? this.#addType(typeUrl);
    const answers = stream.receive(request);
    for (const answer of answers) this.#heard(answer);
    const resumed = answers.some(({ kind }) => kind === "held");
    if (resumed && this.#phase === "fresh") this.#phase = "resumed";
    if (!existing && typeUrl === typeUrls.endpoint) this.#followClusters(stream);
    return { typeUrl, answers };
  }

  /** The store has changed. */
  changed({ typeUrl, names }: ResourceChange): void {
    this.#type(typeUrl)?.changed(names);
  }

  /** The client is to get a resource again, whatever it was told, if there still is one. */
  resend(typeUrl: string, name: string): void {
    if (this.#options.store.get(typeUrl, name)) this.#type(typeUrl)?.resend(name);
  }

  /**
   * The client has had the time to name all types it wants. Until then a resource that is gone is
   * not taken from a client that brought it from an earlier stream: what names it may have to be
   * changed first.
   */
  settle(): void {
    this.#phase = "settled";
  }

  /**
   * The client has had a while to answer this response about clusters. Envoy holds the answer back
   * while clusters warm, for as long as a health check of a dead endpoint takes; other clusters must
   * not wait for that. Once the client has answered something that was sent later, it has read this
   * one too, and the next may be sent.
   */
  overdue(nonce: string): void {
    this.#overdue = nonce;
    this.#setAsideOverdue();
  }

  /** The next response to send; undefined when there is nothing to say, or not now. */
  next(): Response | undefined {
    for (const [typeUrl, stream] of this.#types) {
      if (stream.inFlight) continue;
      const permit = permitFor(typeUrl, this.#waiting, this.#phase !== "resumed");
      const response = stream.compose(permit, String(this.#lastNonce + 1));
      if (response === undefined) continue;
      this.#lastNonce++;
      this.#requireEndpoints(response);
      return response;
    }
    return undefined;
  }

  /** Whether the client has a response to answer. */
  get unanswered(): boolean {
    return this.#types.some(([_, { inFlight }]) => inFlight !== undefined);
  }

  /** For the debug view: what is subscribed and unanswered, by type. */
  describe(): readonly TypeDescription[] {
    return this.#types.map(([typeUrl, stream]) => ({
      typeUrl,
      ...stream.describe(),
      ...(stream.inFlight ? { unanswered: stream.inFlight.nonce } : {}),
    }));
  }

  #heard(answer: Answer): void {
    if (answer.kind === "held") return;
    this.#lastAnswered = Math.max(this.#lastAnswered, Number(answer.response.nonce));
    this.#setAsideOverdue();
  }

  #setAsideOverdue(): void {
    const clusters = this.#type(typeUrls.cluster);
    if (clusters?.inFlight === undefined || clusters.inFlight.nonce !== this.#overdue) return;
    if (Number(this.#overdue) < this.#lastAnswered) clusters.setAside();
  }

  #typeOf({ typeUrl }: Request): string {
    const only = this.#options.typeUrl;
    if (only !== undefined && typeUrl !== "" && typeUrl !== only) {
      throw new XdsError("InvalidRequest", `this stream is for ${only}, not for ${typeUrl}`);
    }
    const type = only ?? typeUrl;
    if (type === "") {
      throw new XdsError("InvalidRequest", "a request on an aggregated stream needs a type URL");
    }
    return type;
  }

  #type(typeUrl: string): TypeStream<Request> | undefined {
    return this.#types.find(([other]) => other === typeUrl)?.[1];
  }

  #addType(typeUrl: string): TypeStream<Request> {
    if (this.#types.length >= maxTypes) {
      throw new XdsError("TooMuch", `a stream may ask for ${maxTypes} types at most`);
    }
    const { protocol, store, maxResponseBytes = largestResponse(typeUrl) } = this.#options;
    const fullState = isFullState(typeUrl);
    const greets = typeUrl === typeUrls.cluster && this.#options.typeUrl === undefined;
    const options = {
      store,
      typeUrl,
      fullState,
      legacyWildcard: fullState,
      greets,
      startsWhole: typeUrl === typeUrls.listener,
      pace: typeUrl === typeUrls.listener ? this.#options.pace : undefined,
      maxResponseBytes,
    };
    const stream = protocol.createTypeStream(options);
    this.#types.push([typeUrl, stream]);
    this.#types.sort(([a], [b]) => compareTypes(a, b));
    return stream;
  }

  readonly #waiting = (typeUrl: string, kind: "updates" | "removals"): boolean =>
    this.#type(typeUrl)?.waiting(kind) ?? false;

  /** A cluster that changed warms again, until it gets its endpoints once more. */
  #requireEndpoints({ assignments }: Response): void {
    if (assignments.length === 0 || this.#options.typeUrl !== undefined) return;
    const endpoints = this.#type(typeUrls.endpoint);
    for (const name of assignments) {
      if (endpoints) endpoints.resend(name);
      else this.#assignmentsToFollow.add(name);
    }
  }

  /**
   * A client that reconnects sends its first request for endpoints without knowing yet of the
   * clusters that changed meanwhile. It will not ask again for those of them it already has.
   */
  #followClusters(endpoints: TypeStream<Request>): void {
    for (const name of this.#assignmentsToFollow) endpoints.resend(name);
    this.#assignmentsToFollow.clear();
  }
}

/**
 * Bytes after which a response takes no further resource. The next waits for the client's answer, so
 * small ones keep what waits in the transport small. That counts: Deno 2.9.3's `node:http2` keeps for
 * each connection a buffer as large as the most that ever waited. And Envoy opens the sockets of a
 * changed listener a second time before it closes the first: a response is about a few dozen of them.
 *
 * Not so clusters, whose answer Envoy may hold back while they warm.
 */
function largestResponse(typeUrl: string): number {
  return typeUrl === typeUrls.cluster ? 1 << 20 : 32 << 10;
}

/** One type of a stream, as shown to people. */
export interface TypeDescription {
  readonly typeUrl: string;
  readonly wildcard: boolean;
  /** How many names are subscribed one by one. */
  readonly names: number;
  /** How many names the client was told about. */
  readonly held: number;
  /** The nonce of the response that has not been answered. */
  readonly unanswered?: string;
}
