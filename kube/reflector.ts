/**
 * Mirrors one resource of an API server into a cache, for ever.
 *
 * @module
 */
import type { KubeObject, ResourceType } from "../apis/meta/v1.ts";
import { type Clock, delay } from "../base/clock.ts";
import { describeError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Random } from "../base/random.ts";
import { ApiError, reasonOf } from "./api_error.ts";
import { LineSplitter } from "./line_splitter.ts";
import type { ObjectCache } from "./object_cache.ts";
import type { ReflectorClient, Selection } from "./reflector_client.ts";
import type { ReflectorMetrics } from "./reflector_metrics.ts";
import {
  initialReflectorState,
  type ReflectorEffect,
  type ReflectorFailure,
  type ReflectorInput,
  type ReflectorState,
} from "./reflector_state.ts";
import { step } from "./reflector_step.ts";
import { resourceName } from "./resource_path.ts";
import { isNewer } from "./resource_version.ts";
import { type Trouble, TroubleLog } from "./trouble_log.ts";
import { parseWatchEvent, type WatchEvent } from "./watch_event.ts";
import { Watchdog } from "./watchdog.ts";

/** What a reflector works with. */
export interface ReflectorOptions<T extends KubeObject> {
  readonly client: ReflectorClient;
  readonly type: ResourceType<T>;
  readonly selection: Selection;
  readonly cache: ObjectCache<T>;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: ReflectorMetrics;
  /** Is told of what every reflector of the cluster meets; default: each logs it itself. */
  readonly outages?: TroubleLog | undefined;
}

/** Bookmarks come about once a minute: this long without any, in milliseconds, is silence. */
const watchPatience = 150_000;
/** A streaming list that stalls this long, in milliseconds, will not end. */
const listPatience = 30_000;

type LongEffect = Extract<ReflectorEffect, { kind: "list" | "watch" | "wait" }>;

/** The shell around {@linkcode step}: it performs the effects and tells what came of them. */
export class Reflector<T extends KubeObject> {
  #state: ReflectorState = initialReflectorState;
  #effects: ReflectorEffect[] = [];
  #collected: T[] = [];
  readonly #troubles: TroubleLog;

  constructor(private readonly options: ReflectorOptions<T>) {
    const { log, clock, client, type, outages } = options;
    const fields = { cluster: client.name, resource: resourceName(type) };
    this.#troubles = new TroubleLog(log.with(fields), clock, "watching again", outages);
  }

  /** What is wrong now; `undefined` while all is well. */
  get problem(): Trouble | undefined {
    return this.#troubles.current;
  }

  /** Mirrors until `signal` fires. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    this.#dispatch({ kind: "start" });
    while (!signal.aborted) {
      const effect = this.#effects.shift();
      if (effect === undefined) throw new Error("a reflector has nothing to do: a bug in step()");
      if (isLong(effect)) await this.#performLong(effect, signal);
      else this.#performShort(effect);
    }
  }

  #dispatch(input: ReflectorInput): void {
    const { clock, random } = this.options;
    const context = { now: clock.monotonic(), random: random() };
    const { state, effects } = step(this.#state, input, context);
    this.#state = state;
    this.#effects.push(...effects);
  }

  #performShort(effect: Exclude<ReflectorEffect, LongEffect>): void {
    switch (effect.kind) {
      case "discard":
        this.#collected = [];
        return;
      case "replace":
        return this.#replace(effect.resourceVersion);
      case "reconnect":
        return this.options.client.reconnect();
      case "close":
        return; // Leaving #watch has closed it.
    }
  }

  async #performLong(effect: LongEffect, signal: AbortSignal): Promise<void> {
    try {
      if (effect.kind === "wait") await this.#wait(effect.milliseconds, signal);
      else if (effect.kind === "list") await this.#list(effect, signal);
      else await this.#watch(effect, signal);
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
  }

  async #wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    await delay(this.options.clock, milliseconds, signal);
    this.#dispatch({ kind: "elapsed" });
  }

  async #list(
    effect: Extract<ReflectorEffect, { kind: "list" }>,
    signal: AbortSignal,
  ): Promise<void> {
    const { client, type, selection } = this.options;
    const { kind: _, ...paging } = effect;
    const page = await client.list(type, { ...selection, ...paging, signal });
    for (const object of page.items) this.#collected.push(this.options.cache.admit(object));
    this.#dispatch({
      kind: "page",
      resourceVersion: page.resourceVersion,
      ...(page.continue ? { continue: page.continue } : {}),
    });
  }

  async #watch(
    effect: Extract<ReflectorEffect, { kind: "watch" }>,
    signal: AbortSignal,
  ): Promise<void> {
    const { client, type, selection, clock, metrics } = this.options;
    const { resourceVersion, timeoutSeconds, verify = false } = effect;
    const controller = new AbortController();
    const onAbort = () => controller.abort(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    let silent = false;
    const patience = resourceVersion === undefined ? listPatience : watchPatience;
    using watchdog = new Watchdog(clock, patience, () => {
      silent = true;
      controller.abort();
    });
    try {
      if (resourceVersion !== undefined && verify) {
        await this.#checkHistory(resourceVersion, signal);
      }
      metrics.watch();
      const body = await client.watch(type, {
        ...selection,
        timeoutSeconds,
        ...(resourceVersion === undefined ? { sendInitialEvents: true } : { resourceVersion }),
      }, controller.signal);
      if (resourceVersion !== undefined) this.#troubles.recovered();
      await this.#read(body, watchdog);
    } catch (error) {
      if (signal.aborted || !silent) throw error;
      this.options.log.warn("a watch was silent for too long and is opened again", {
        resource: resourceName(type),
      });
      this.#dispatch({ kind: "silent" });
    } finally {
      signal.removeEventListener("abort", onAbort);
      controller.abort();
    }
  }

  /**
   * An API server that was away may have come back with an earlier history, from a backup of etcd.
   * A watch from a version of the future that did not happen would stay silent for ever.
   */
  async #checkHistory(resourceVersion: string, signal: AbortSignal): Promise<void> {
    const { client, type, selection } = this.options;
    const page = await client.list(type, { ...selection, limit: 1, signal });
    if (!isNewer(resourceVersion, page.resourceVersion)) return;
    throw new ApiError("Expired", "the API server's history has been set back", {
      call: { verb: "watch", path: "", resource: resourceName(type) },
    });
  }

  /** Reads a stream until it ends or until the state machine wants something else. */
  async #read(body: ReadableStream<Uint8Array>, watchdog: Watchdog): Promise<void> {
    const splitter = new LineSplitter();
    for await (const chunk of body) {
      watchdog.touch();
      for (const line of splitter.push(chunk)) {
        if (line.length === 0) continue;
        this.#take(parseWatchEvent<T>(line), watchdog);
        if (!this.#performPendingShort()) return;
      }
    }
    this.#dispatch({ kind: "closed" });
  }

  /** Performs what can be done within a stream; false when the stream has to end. */
  #performPendingShort(): boolean {
    for (let next = this.#effects[0]; next !== undefined; next = this.#effects[0]) {
      if (isLong(next) || next.kind === "close") return false;
      this.#effects.shift();
      this.#performShort(next);
    }
    return true;
  }

  #take(event: WatchEvent<T>, watchdog: Watchdog): void {
    switch (event.kind) {
      case "malformed":
        this.options.metrics.malformed();
        this.#troubles.report({
          reason: "Protocol",
          message: `malformed watch event: ${event.problem}`,
        });
        return this.#dispatch({ kind: "malformed" });
      case "error": {
        const { code = 500, message = "the watch failed" } = event.status;
        return this.#failed({ reason: reasonOf(code, event.status) }, message);
      }
      case "bookmark":
        return this.#takeBookmark(event.resourceVersion, event.endOfList, watchdog);
      default:
        return this.#takeObject(event.kind, event.object);
    }
  }

  #takeBookmark(resourceVersion: string, endOfList: boolean, watchdog: Watchdog): void {
    if (this.#state.phase.kind === "streaming") {
      if (endOfList) {
        watchdog.expect(watchPatience);
        this.#dispatch({ kind: "complete", resourceVersion });
      }
      return;
    }
    this.options.cache.advance(resourceVersion);
    this.#dispatch({ kind: "bookmark", resourceVersion });
  }

  #takeObject(kind: "added" | "modified" | "deleted", parsed: T): void {
    const object = this.options.cache.admit(parsed);
    if (this.#state.phase.kind === "streaming") {
      this.#collected.push(object);
      return this.#dispatch({ kind: "collected" });
    }
    if (kind === "deleted") this.options.cache.remove(object);
    else this.options.cache.set(object);
    this.#dispatch({ kind: "change", resourceVersion: object.metadata.resourceVersion! });
  }

  #replace(resourceVersion: string): void {
    const { cache, metrics } = this.options;
    const first = !cache.synced;
    const objects = this.#collected;
    this.#collected = [];
    const { added, updated, deleted } = cache.replace(objects, resourceVersion);
    metrics.list();
    if (!first) metrics.missed(added + updated + deleted);
    this.#troubles.recovered();
  }

  #fail(error: unknown): void {
    if (error instanceof ApiError) {
      return this.#failed({ reason: error.reason, retryAfter: error.retryAfter }, error.message);
    }
    // The body of a stream breaks with whatever fetch throws.
    this.#failed(
      { reason: "Unreachable" },
      `the watch of ${resourceName(this.options.type)} broke: ` +
        describeError(error),
    );
  }

  /** What usually passes by itself is worth a line only when it lasts. */
  #isEveryday({ reason }: ReflectorFailure): boolean {
    // An API server asks for patience while it prepares a kind that was just defined.
    if (reason === "TooManyRequests") return this.#state.failures < 3;
    return this.options.cache.synced && this.#state.failures === 0 &&
      (reason === "Expired" || reason === "Unreachable");
  }

  #failed(failure: ReflectorFailure, message: string): void {
    this.options.metrics.failure(failure.reason);
    this.#troubles.report({ reason: failure.reason, message }, this.#isEveryday(failure));
    this.#dispatch({ kind: "failed", failure });
  }
}

function isLong(effect: ReflectorEffect): effect is LongEffect {
  return effect.kind === "list" || effect.kind === "watch" || effect.kind === "wait";
}
