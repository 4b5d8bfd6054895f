/**
 * The xDS server without a transport: sessions, their shared parts, and a view of them.
 *
 * @module
 */
import { type Clock, systemClock } from "../../base/clock.ts";
import type { Logger } from "../../base/logger.ts";
import { LogLimit } from "../../base/log_limit.ts";
import { Registry } from "../../base/metrics.ts";
import type { AnySession, SessionDescription } from "./any_session.ts";
import type { DiscoveryMethod } from "./discovery_methods.ts";
import { Connections, defaultLimits, type XdsLimits } from "./limits.ts";
import { deltaProtocol, sotwProtocol } from "./protocol.ts";
import type { ResourceStores } from "./resource_stores.ts";
import { Session } from "./session.ts";
import type { SessionContext } from "./session_context.ts";
import type { SocketPace } from "./socket_pace.ts";
import type { StreamTransport } from "./transport.ts";
import { TurnScheduler } from "./turn_scheduler.ts";
import { XdsError } from "./xds_error.ts";
import type { Authorize, XdsObserver } from "./xds_events.ts";
import { XdsMetrics } from "./xds_metrics.ts";

/** Warnings about what clients do wrong: so many at once, and milliseconds until one more. */
const complaints = { burst: 100, interval: 1_000 };

/** What {@linkcode DiscoveryService} needs; the callbacks of {@linkcode XdsObserver} come with it. */
export interface DiscoveryServiceOptions extends XdsObserver {
  readonly stores: ResourceStores;
  readonly authorize: Authorize;
  readonly log: Logger;
  readonly clock?: Clock;
  /** Where metrics are registered. Default: nowhere. */
  readonly metrics?: Registry;
  /** Default: {@linkcode defaultLimits}. */
  readonly limits?: Partial<XdsLimits>;
  /**
   * How fast the listeners of a fleet's Envoys may change. Default: at once. It must be the same for
   * all streams of one Envoy.
   */
  readonly paceOf?: (fleet: string) => SocketPace | undefined;
  /**
   * Milliseconds of silence after which a client that has a response to answer loses its stream.
   * Default: never; for transports that find by themselves who is no longer there.
   */
  readonly answerDeadline?: number;
}

/** What the server holds at one moment, for people. */
export interface XdsSnapshot {
  readonly synced: boolean;
  readonly fleets: readonly {
    readonly fleet: string;
    /** How many resources by type URL. */
    readonly resources: Readonly<Record<string, number>>;
  }[];
  readonly streams: readonly SessionDescription[];
}

/** Opens a session for each stream that a transport brings. */
export class DiscoveryService implements Disposable {
  readonly #context: SessionContext;
  readonly #connections: Connections;
  readonly #sessions = new Set<AnySession>();
  readonly #resources = new DisposableStack();
  #lastId = 0;

  constructor(options: DiscoveryServiceOptions) {
    const { stores, authorize, log, clock = systemClock, metrics = new Registry() } = options;
    const limits = { ...defaultLimits, ...options.limits };
    this.#connections = new Connections(limits);
    this.#context = {
      stores,
      limits,
      answerDeadline: options.answerDeadline ?? Infinity,
      paceOf: options.paceOf ?? (() => undefined),
      complaints: new LogLimit(clock, complaints.burst, complaints.interval),
      authorize,
      observer: options,
      scheduler: this.#resources.use(new TurnScheduler({ clock })),
      clock,
      log,
      metrics: new XdsMetrics(metrics),
    };
    this.#resources.use(stores.subscribe((event) => {
      if (event.type === "synced") this.#wakeAll();
      else this.#endFleet(event.fleet);
    }));
  }

  /**
   * Begins a session. The transport feeds it, and closes it when the client is gone. One that is too
   * much is ended at once.
   */
  open(transport: StreamTransport, { variant, typeUrl }: DiscoveryMethod): AnySession {
    const { metrics } = this.#context;
    const { address } = transport.peer;
    const refusal = this.#connections.refusal(address);
    const onClosed = () => {
      this.#sessions.delete(session);
      const last = this.#connections.closed(address);
      metrics.closed(variant, this.#connections.size, last);
    };
    const only = typeUrl === undefined ? {} : { typeUrl };
    const options = { id: ++this.#lastId, transport, onClosed, ...only };
    const session: AnySession = variant === "delta"
      ? new Session(this.#context, { ...options, protocol: deltaProtocol })
      : new Session(this.#context, { ...options, protocol: sotwProtocol });
    this.#sessions.add(session);
    this.#connections.opened(address);
    metrics.opened(variant, this.#connections.size);
    if (refusal !== undefined) this.#refuse(session, address, refusal);
    return session;
  }

  /** Streams, subscriptions and stores as they are now. */
  snapshot(): XdsSnapshot {
    const { stores } = this.#context;
    return {
      synced: stores.synced,
      fleets: [...stores.list()].map((store) => ({
        fleet: store.fleet,
        resources: Object.fromEntries(
          [...store.typeUrls()].map((typeUrl) => [typeUrl, store.count(typeUrl)]),
        ),
      })),
      streams: [...this.#sessions].map((session) => session.describe()),
    };
  }

  /** Ends all sessions. */
  [Symbol.dispose](): void {
    const error = new XdsError("Unavailable", "the server is shutting down");
    for (const session of [...this.#sessions]) session.end(error);
    this.#resources.dispose();
  }

  #refuse(session: AnySession, peer: string, refusal: string): void {
    const { complaints, log, metrics } = this.#context;
    complaints.warn(log, "refusing an xDS stream", { peer, reason: refusal });
    metrics.refused();
    session.end(new XdsError("TooMuch", refusal));
  }

  #wakeAll(): void {
    for (const session of this.#sessions) session.wake();
  }

  #endFleet(fleet: string): void {
    const error = new XdsError("Unavailable", `fleet ${fleet} was removed`);
    for (const session of [...this.#sessions]) {
      if (session.fleet === fleet) session.end(error);
    }
  }
}
