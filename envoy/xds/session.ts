/**
 * One client's stream from its first request to its end: the shell around the pure core.
 *
 * @module
 */
import { alarm } from "../../base/alarm.ts";
import { describeError } from "../../base/errors.ts";
import type { Logger } from "../../base/logger.ts";
import { TokenBucket } from "../../base/token_bucket.ts";
import { typeUrls } from "../proto/mod.ts";
import { AnswerDeadline } from "./answer_deadline.ts";
import type { AnySession, SessionDescription } from "./any_session.ts";
import { DiscoveryStream } from "./discovery_stream.ts";
import type { Protocol } from "./protocol.ts";
import type { Node, RequestHeader } from "./request.ts";
import type { ResourceChange } from "./resource_store.ts";
import { Refusals } from "./refusals.ts";
import type { SessionContext } from "./session_context.ts";
import { SessionReporter } from "./session_reporter.ts";
import type { StreamTransport } from "./transport.ts";
import type { Turn } from "./turn_scheduler.ts";
import { XdsError } from "./xds_error.ts";
import type { Authorization, Permission, StreamIdentity } from "./xds_events.ts";

/** What one session is about. */
export interface SessionOptions<Request extends RequestHeader> {
  /** Unique in this process. */
  readonly id: number;
  readonly transport: StreamTransport;
  readonly protocol: Protocol<Request>;
  /** Set on a stream for one type. */
  readonly typeUrl?: string;
  /** Called once, when the session is over. */
  readonly onClosed: () => void;
}

type State<Request extends RequestHeader> =
  /** No request yet: nobody knows who this is. */
  | { readonly kind: "waiting" }
  | { readonly kind: "authorizing"; readonly queued: Request[] }
  | Serving<Request>
  | { readonly kind: "closed" };

interface Serving<Request extends RequestHeader> {
  readonly kind: "serving";
  readonly identity: StreamIdentity;
  readonly stream: DiscoveryStream<Request>;
  /** Changes that wait for this session's next turn. */
  readonly inbox: ResourceChange[];
  readonly resources: DisposableStack;
  readonly reporter: SessionReporter;
  readonly refusals: Refusals;
  readonly deadline: AnswerDeadline;
  /** Runs since the last response about clusters. */
  answerTimer?: Disposable;
}

/** Requests that may wait for the client's authorization. */
const maxQueued = 64;
/** How long clusters may go unanswered before others are sent all the same; milliseconds. */
const answerTime = 200;
/** How long a client has to name all types it wants before removals begin; milliseconds. */
const settleTime = 1000;

/** Decodes, authorizes, lets the core decide, sends. Ends its own stream on errors, no other. */
export class Session<Request extends RequestHeader> implements AnySession, Turn {
  readonly #context: SessionContext;
  readonly #options: SessionOptions<Request>;
  readonly #log: Logger;
  readonly #requests: TokenBucket;
  #state: State<Request> = { kind: "waiting" };
  /** Whether the transport's buffer is full. */
  #blocked = false;

  constructor(context: SessionContext, options: SessionOptions<Request>) {
    this.#context = context;
    this.#options = options;
    const { id, transport, protocol } = options;
    this.#log = context.log.with({
      stream: id,
      peer: transport.peer.address,
      variant: protocol.variant,
    });
    const { requestBurst, requestsPerSecond } = context.limits;
    this.#requests = new TokenBucket(context.clock, requestBurst, 1000 / requestsPerSecond);
  }

  get fleet(): string | undefined {
    return this.#state.kind === "serving" ? this.#state.identity.fleet : undefined;
  }

  /** A message came. */
  receive(bytes: Uint8Array): void {
    if (this.#state.kind === "closed") return;
    this.#guard(() => {
      if (!this.#requests.take()) throw new XdsError("TooMuch", "too many requests");
      this.#accept(this.#options.protocol.decode(bytes));
    });
  }

  /** The transport can take more. */
  drained(): void {
    this.#blocked = false;
    this.wake();
  }

  /** Something may have to be sent. */
  wake(): void {
    if (this.#state.kind === "serving") this.#context.scheduler.schedule(this);
  }

  /** Sends one response, if there is one. */
  turn(): boolean {
    const state = this.#state;
    if (state.kind !== "serving") return false;
    return this.#guard(() => this.#sendNext(state)) ?? false;
  }

  /** The client has gone. */
  close(): void {
    if (this.#state.kind === "closed") return;
    const state = this.#state;
    this.#state = { kind: "closed" };
    this.#context.scheduler.cancel(this);
    this.#options.onClosed();
    if (state.kind !== "serving") return;
    state.answerTimer?.[Symbol.dispose]();
    state.resources.dispose();
    state.reporter.closed();
  }

  /** Ends the stream from this side. */
  end(error: XdsError): void {
    if (this.#state.kind === "closed") return;
    this.close();
    this.#options.transport.end(error);
  }

  describe(): SessionDescription {
    const { id, transport, protocol } = this.#options;
    const state = this.#state;
    return {
      stream: id,
      peer: transport.peer.address,
      variant: protocol.variant,
      state: state.kind,
      ...(state.kind === "serving"
        ? {
          fleet: state.identity.fleet,
          node: state.identity.node,
          types: state.stream.describe(),
          ...(state.reporter.rejection ? { rejection: state.reporter.rejection } : {}),
        }
        : {}),
    };
  }

  #accept(request: Request): void {
    const state = this.#state;
    if (state.kind === "waiting") this.#authorize(request);
    else if (state.kind === "authorizing") enqueue(state.queued, request);
    else if (state.kind === "serving") this.#serve(state, request);
  }

  /** Only the first request is sure to tell the node. */
  #authorize(request: Request): void {
    const node = request.node ?? { id: "", cluster: "" };
    const result = this.#context.authorize(this.#options.transport.peer, node);
    if (!(result instanceof Promise)) return this.#begin(result, node, [request]);
    const queued = [request];
    this.#state = { kind: "authorizing", queued };
    result.then(
      (authorization) => this.#guard(() => this.#begin(authorization, node, queued)),
      (cause) => this.#fail(new XdsError("Unavailable", "cannot authorize", { cause })),
    );
  }

  #begin(authorization: Authorization, node: Node, requests: readonly Request[]): void {
    if (this.#state.kind === "closed") return;
    if ("refused" in authorization) throw new XdsError("Refused", authorization.refused);
    const state = this.#join(authorization, node);
    this.#state = state;
    state.reporter.opened();
    for (const request of requests) this.#serve(state, request);
  }

  /** Everything that serving a client of this fleet takes. */
  #join({ fleet, until }: Permission, node: Node): Serving<Request> {
    const { stores, clock, answerDeadline, paceOf } = this.#context;
    const { id, protocol, typeUrl } = this.#options;
    const store = stores.get(fleet);
    const only = typeUrl === undefined ? {} : { typeUrl };
    const pace = paceOf(fleet);
    const stream = new DiscoveryStream({ protocol, store, pace, ...only });
    const inbox: ResourceChange[] = [];
    const resources = new DisposableStack();
    resources.use(pace?.reopened.subscribe(() => this.wake()));
    resources.use(store.subscribe((change) => {
      inbox.push(change);
      this.wake();
    }));
    resources.use(clock.timer(() => {
      stream.settle();
      this.wake();
    }, settleTime));
    if (until !== undefined) {
      // The client comes back at once, with what it is known by then.
      const reason = "the client's credential has expired";
      resources.use(alarm(clock, until, () => this.end(new XdsError("Unavailable", reason))));
    }
    const refusals = resources.use(new Refusals(clock, store, stream, () => this.wake()));
    const onPassed = () => this.end(new XdsError("Unavailable", "the client does not answer"));
    const deadline = resources.use(new AnswerDeadline(clock, answerDeadline, onPassed));
    const identity = { stream: id, fleet, node };
    const context = { ...this.#context, log: this.#log };
    const reporter = new SessionReporter(context, identity, protocol.variant);
    return { kind: "serving", identity, stream, inbox, resources, reporter, refusals, deadline };
  }

  #serve(state: Serving<Request>, request: Request): void {
    if (request.node && request.node.id !== state.identity.node.id) {
      throw new XdsError("Refused", "the node id changed within a stream");
    }
    // Changes that wait are older than this request; taken in first, they cannot confuse it.
    this.#takeChanges(state);
    const { typeUrl, answers } = state.stream.receive(request);
    state.deadline.heard(state.stream.unanswered);
    this.#context.metrics.request(typeUrl);
    for (const answer of answers) {
      const guilty = state.refusals.answered(typeUrl, answer);
      state.reporter.answered(typeUrl, answer, guilty);
    }
    this.wake();
  }

  #takeChanges({ inbox, stream }: Serving<Request>): void {
    for (const change of inbox.splice(0)) stream.changed(change);
  }

  #sendNext(state: Serving<Request>): boolean {
    this.#takeChanges(state);
    if (this.#blocked || !this.#context.stores.synced) return false;
    const response = state.stream.next();
    if (response === undefined) return false;
    this.#context.metrics.response(response.typeUrl, response.bytes.length);
    if (response.typeUrl === typeUrls.cluster) this.#awaitAnswer(state, response.inFlight.nonce);
    state.deadline.sent();
    this.#blocked = !this.#options.transport.send(response.bytes);
    return !this.#blocked;
  }

  #awaitAnswer(state: Serving<Request>, nonce: string): void {
    state.answerTimer?.[Symbol.dispose]();
    state.answerTimer = this.#context.clock.timer(() => {
      state.stream.overdue(nonce);
      this.wake();
    }, answerTime);
  }

  /** Runs `action`; if it throws, this stream ends, and nothing else does. */
  #guard<Result>(action: () => Result): Result | undefined {
    try {
      return action();
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  #fail(error: unknown): void {
    const known = error instanceof XdsError;
    if (known && error.reason === "TooMuch") this.#context.metrics.refused();
    const reason = known ? error.reason : "Internal";
    const fields = { reason, error: describeError(error) };
    const message = "ending an xDS stream";
    if (known) this.#context.complaints.warn(this.#log, message, fields);
    else this.#log.error(message, fields);
    this.end(known ? error : new XdsError("Internal", "internal error", { cause: error }));
  }
}

function enqueue<Request>(queued: Request[], request: Request): void {
  if (queued.length >= maxQueued) {
    throw new XdsError("TooMuch", "too many requests before the client was authorized");
  }
  queued.push(request);
}
