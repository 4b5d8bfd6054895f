/**
 * What a session tells the rest of the program about its client.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/logger.ts";
import { News } from "../../base/news.ts";
import type { Variant } from "./protocol.ts";
import type { Answer, InFlight } from "./type_stream.ts";
import type { StreamIdentity, XdsObserver } from "./xds_events.ts";
import type { XdsMetrics } from "./xds_metrics.ts";

/** Milliseconds after which a refusal is logged again that comes again and again. */
const reminderInterval = 60 * 60_000;

/** Where reports go. */
export interface ReporterContext {
  readonly observer: XdsObserver;
  readonly log: Logger;
  readonly metrics: XdsMetrics;
  readonly clock: Clock;
}

/** The last response that a client refused, and why. */
export interface Rejection {
  readonly typeUrl: string;
  /** The resources that it is about, ten of them at most. */
  readonly names: readonly string[];
  readonly at: Date;
  readonly message: string;
}

/** Log lines, metrics and observers of one client's stream. */
export class SessionReporter {
  readonly #context: ReporterContext;
  readonly #news: News;
  #rejection: Rejection | undefined;

  constructor(
    context: ReporterContext,
    private readonly identity: StreamIdentity,
    private readonly variant: Variant,
  ) {
    const { fleet, node } = identity;
    this.#context = { ...context, log: context.log.with({ fleet, node: node.id }) };
    this.#news = new News(context.clock, reminderInterval);
  }

  get rejection(): Rejection | undefined {
    return this.#rejection;
  }

  opened(): void {
    this.#context.log.info("xDS stream opened");
    this.#notify("onStream", { ...this.identity, kind: "opened", variant: this.variant });
  }

  closed(): void {
    this.#context.log.info("xDS stream closed");
    this.#notify("onStream", { ...this.identity, kind: "closed", variant: this.variant });
  }

  /**
   * What a request said about what the client has.
   *
   * @param guilty what a refusal is certainly about, versions by name.
   */
  answered(typeUrl: string, answer: Answer, guilty: ReadonlyMap<string, string>): void {
    if (answer.kind === "refused") {
      this.#refused(typeUrl, answer.response, guilty, answer.message);
      return;
    }
    const held = answer.kind === "held";
    const { resources, removed } = held ? { ...answer, removed: [] } : answer.response;
    this.#notify("onAcknowledged", { ...this.identity, typeUrl, resources, removed, held });
  }

  #refused(
    typeUrl: string,
    { resources }: InFlight,
    guilty: ReadonlyMap<string, string>,
    message: string,
  ): void {
    // Input is checked before translation, so this is a fault of ours, or of another program that has
    // a listener's port: then it comes again with each attempt. A few names help to find it.
    const certain = guilty.size > 0;
    const versions = [...(certain ? guilty : resources).entries().take(10)];
    const names = versions.map(([name]) => name);
    if (this.#news.isNews(JSON.stringify([typeUrl, versions, message]))) {
      this.#context.log.error("Envoy refused a response", { typeUrl, names, certain, message });
    }
    this.#context.metrics.rejected(typeUrl);
    this.#rejection = { typeUrl, names, message, at: new Date(this.#context.clock.now()) };
    if (certain) {
      this.#notify("onRejected", { ...this.identity, typeUrl, resources: guilty, message });
    }
  }

  /** An observer's fault is not the client's. */
  #notify<Name extends keyof XdsObserver>(
    name: Name,
    event: Parameters<NonNullable<XdsObserver[Name]>>[0],
  ): void {
    const { observer, log } = this.#context;
    const handler = observer[name] as ((event: unknown) => void) | undefined;
    try {
      handler?.call(observer, event);
    } catch (error) {
      log.error("an observer of the xDS server failed", { observer: name, error });
    }
  }
}
