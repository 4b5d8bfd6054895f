/**
 * Tells users what happens to their objects: `kubectl describe` shows it.
 *
 * @module
 */
import { type Event, events } from "../apis/events/v1.ts";
import { keyOf, type KubeObject } from "../apis/meta/v1.ts";
import { Backoff } from "../base/backoff.ts";
import { type Clock, delay, systemClock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import { Registry } from "../base/metrics.ts";
import { isApiError } from "./api_error.ts";
import type { KubeClient, New } from "./client.ts";
import { EventCorrelator, type EventSeriesState } from "./event_correlator.ts";
import { Fifo } from "./fifo.ts";
import { counter } from "./metric.ts";
import { microTime } from "./micro_time.ts";

/** How a recorder is made. */
export interface EventRecorderOptions {
  readonly client: Pick<KubeClient, "create" | "patch">;
  /** `reportingController`, e.g. `kubelb.k8c.io/manager`. */
  readonly controller: string;
  /** `reportingInstance`: this process, e.g. its host name. */
  readonly instance: string;
  readonly log: Logger;
  readonly clock?: Clock;
  readonly metrics?: Registry;
}

interface Job {
  readonly event: New<Event>;
  readonly series: EventSeriesState;
  readonly create: boolean;
}

/** More waiting than that, and the newest are dropped: events must never cost much memory. */
const queueLimit = 1000;
/** Tries per event: an API server that is away for longer has other worries. */
const attempts = 6;
/** The API refuses longer notes; bytes. */
const noteLimit = 1024;
/** Milliseconds that the events still waiting get at the end. */
const flushTime = 2_000;

/** Writes `events.k8s.io/v1` in the background. Reporting never fails and never waits. */
export class EventRecorder implements AsyncDisposable {
  readonly #clock: Clock;
  readonly #correlator: EventCorrelator;
  readonly #queue = new Fifo<Job>();
  readonly #stop = new AbortController();
  readonly #dropped;
  #worker: Promise<void> | undefined;
  #sequence = 0;

  constructor(private readonly options: EventRecorderOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#correlator = new EventCorrelator(this.#clock, () => this.#nextSuffix());
    this.#dropped = counter(options.metrics ?? new Registry(), {
      name: "kubelb_events_dropped_total",
      help: "Kubernetes events that were not written, by cause.",
      labelNames: ["cause"],
    });
  }

  /**
   * Reports something about `regarding`.
   *
   * @param reason one word in UpperCamelCase, for machines.
   * @param message for people; cut at 1024 bytes.
   * @param action what was being done, one word. Default: the reason.
   */
  event(
    regarding: KubeObject,
    type: "Normal" | "Warning",
    reason: string,
    message: string,
    action: string = reason,
  ): void {
    const note = truncate(message);
    const object = regarding.metadata.uid ?? `${regarding.kind} ${keyOf(regarding.metadata)}`;
    const correlation = this.#correlator.correlate({ object, type, reason, action, note });
    if (correlation.kind === "drop") return this.#drop("rate");
    if (this.#queue.size >= queueLimit) return this.#drop("queue");
    this.#queue.push({
      event: this.#compose(regarding, correlation.series, { type, reason, action, note }),
      series: correlation.series,
      create: correlation.kind === "create",
    });
    this.#worker ??= this.#work();
  }

  #compose(
    regarding: KubeObject,
    series: EventSeriesState,
    said: Pick<Event, "type" | "reason" | "action"> & { note: string },
  ): New<Event> {
    const { name, namespace, uid, resourceVersion } = regarding.metadata;
    return {
      // Cluster-scoped objects have their events in the namespace "default" (client-go).
      metadata: { name: eventName(name, series.name), namespace: namespace ?? "default" },
      eventTime: microTime(this.#clock.now()),
      reportingController: this.options.controller,
      reportingInstance: this.options.instance.slice(0, 128),
      regarding: {
        apiVersion: regarding.apiVersion,
        kind: regarding.kind,
        name,
        ...(namespace ? { namespace } : {}),
        ...(uid ? { uid } : {}),
        ...(resourceVersion ? { resourceVersion } : {}),
      },
      ...said,
    };
  }

  /** Unique among processes by time, within one by a sequence. */
  #nextSuffix(): string {
    return `${this.#clock.now().toString(16)}${(this.#sequence++).toString(16).padStart(4, "0")}`;
  }

  async #work(): Promise<void> {
    for (let job = this.#queue.shift(); job !== undefined; job = this.#queue.shift()) {
      await this.#write(job);
    }
    // In the same turn as the look that found nothing: no event can slip in between.
    this.#worker = undefined;
  }

  async #write(job: Job): Promise<void> {
    const backoff = new Backoff({ initial: 500, maximum: 10_000 });
    const { signal } = this.#stop;
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        return await (job.create ? this.#create(job) : this.#count(job));
      } catch (error) {
        // It was written by an earlier try, whose answer was lost: names are never used twice.
        if (signal.aborted || (attempt > 1 && isApiError(error, "AlreadyExists"))) return;
        if (attempt >= attempts || !worthRetrying(error)) {
          const { reason, regarding } = job.event;
          this.options.log.warn("an event could not be written", {
            reason,
            object: regarding?.name,
            error,
          });
          return this.#drop("error");
        }
        await delay(this.#clock, backoff.next(), signal).catch(() => {});
      }
    }
  }

  async #create({ event }: Job): Promise<void> {
    await this.options.client.create(events, event, { signal: this.#stop.signal });
  }

  async #count(job: Job): Promise<void> {
    const { metadata, eventTime } = job.event;
    const series = { count: job.series.count, lastObservedTime: eventTime };
    const place = { namespace: metadata.namespace, name: metadata.name! };
    try {
      await this.options.client.patch(events, place, { merge: { series } }, {
        signal: this.#stop.signal,
      });
    } catch (error) {
      // It has expired (events live for an hour) or somebody deleted it: begin anew.
      if (!isApiError(error, "NotFound")) throw error;
      await this.#create(job);
    }
  }

  #drop(cause: "rate" | "queue" | "error"): void {
    this.#dropped.inc({ cause });
  }

  /** Writes what waits, for a short time, and ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    using _timer = this.#clock.timer(() => this.#stop.abort(), flushTime);
    await this.#worker;
    this.#stop.abort();
  }
}

function worthRetrying(error: unknown): boolean {
  return isApiError(error, "Unreachable", "Timeout", "ServerError", "TooManyRequests");
}

/** Object names have at most 253 characters. */
function eventName(object: string, suffix: string): string {
  return `${object.slice(0, 252 - suffix.length)}.${suffix}`;
}

/** Cuts at a character, never inside one. */
function truncate(note: string): string {
  const bytes = new Uint8Array(noteLimit);
  const { read } = new TextEncoder().encodeInto(note, bytes);
  return read < note.length ? note.slice(0, read) : note;
}
