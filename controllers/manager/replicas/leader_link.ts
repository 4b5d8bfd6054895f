/**
 * The end of a manager that does not lead: reports about its Envoys to the one that does, so that
 * `Programmed` speaks of all Envoys (design §2.6).
 *
 * @module
 */
import { Backoff } from "../../../base/backoff.ts";
import { type Clock, delay } from "../../../base/clock.ts";
import { describeError } from "../../../base/errors.ts";
import type { Listeners } from "../../../base/listeners.ts";
import type { Logger } from "../../../base/logger.ts";
import { openPeerStream } from "../../../envoy/xds/peer_stream.ts";
import { isManager } from "../../../fleet/identity/spiffe_id.ts";
import type { XdsIdentity } from "../../../fleet/identity/xds_identity.ts";
import { encodeReplicaMessage, type ReplicaMessage, replicaMethod } from "./replica_message.ts";

/** Who leads, as far as this manager knows. */
export interface Leadership {
  /** `host:port` of the leading manager's xDS server; undefined when nobody else leads. */
  address(): string | undefined;
  /** Tells that it may be another now. */
  readonly changes: Pick<Listeners<void>, "subscribe">;
}

/** What is reported. */
export interface ReportSource {
  /** Keys of all objects that are served. */
  keys(): Iterable<string>;
  /** How far the Envoys of this manager are with an object. */
  report(key: string): ReplicaMessage;
  /** Tells keys whose report may be another, … */
  onChanged(listener: (key: string) => void): Disposable;
  /** … and those that an Envoy has accepted something of. */
  onAccepted(listener: (key: string) => void): Disposable;
}

/** What {@linkcode reportToLeader} works with. */
export interface LeaderLinkOptions {
  readonly identity: XdsIdentity;
  readonly source: ReportSource;
  readonly leadership: Leadership;
  readonly log: Logger;
  readonly clock: Clock;
}

/** A connection that has held for so long was a good one; milliseconds. */
const goodTime = 60_000;

/** Reports to whoever leads, until `signal` fires. Never throws. */
export async function reportToLeader(
  options: LeaderLinkOptions,
  signal: AbortSignal,
): Promise<void> {
  const { leadership, clock, log } = options;
  const backoff = new Backoff({ initial: 500, maximum: 15_000 });
  while (!signal.aborted) {
    const address = leadership.address();
    if (address === undefined) {
      await leaderKnown(leadership, signal);
      continue;
    }
    const start = clock.monotonic();
    const reason = await connect(options, address, signal);
    if (reason === undefined) continue;
    if (clock.monotonic() - start > goodTime) backoff.reset();
    log.warn("the leading manager is not told what Envoys here say; trying again", {
      address,
      reason,
    });
    await delay(clock, backoff.next(), signal).catch(() => {});
  }
}

/** Reports until something ends it. @returns why, or nothing when it was to end. */
async function connect(
  { identity, source, leadership }: LeaderLinkOptions,
  address: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  using done = new DisposableStack();
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  try {
    const tls = { ...await identity.issueManager(), trust: identity.trust() };
    const stream = done.use(
      openPeerStream({ address, path: replicaMethod, tls, isServer: isManager }),
    );
    const sent = new Map<string, string>();
    const send = (key: string) => {
      const message = source.report(key);
      const text = JSON.stringify(message);
      // Most changes are about one Envoy's answer to one of three resources.
      if (sent.get(key) === text) return;
      if (message.progress.kind === "no-envoy") sent.delete(key);
      else sent.set(key, text);
      stream.send(encodeReplicaMessage(message));
    };
    done.use(source.onChanged(send));
    done.use(source.onAccepted(send));
    for (const key of source.keys()) send(key);
    stream.ended.then(resolve);
  } catch (error) {
    return describeError(error);
  }
  const end = () => resolve(undefined);
  const look = () => leadership.address() !== address && end();
  done.use(leadership.changes.subscribe(look));
  signal.addEventListener("abort", end, { once: true });
  done.defer(() => signal.removeEventListener("abort", end));
  if (signal.aborted) end();
  look();
  return await promise;
}

/** Resolves when somebody else leads, or when `signal` fires. */
async function leaderKnown(leadership: Leadership, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = () => leadership.address() !== undefined && resolve();
  using _changes = leadership.changes.subscribe(look);
  const end = () => resolve();
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  look();
  await promise;
  signal.removeEventListener("abort", end);
}
