/**
 * How fast the listeners of each fleet may change.
 *
 * @module
 */
import type { Clock } from "../../../base/clock.ts";
import type { Logger } from "../../../base/logger.ts";
import { Counter, type Registry } from "../../../base/metrics.ts";
import { News } from "../../../base/news.ts";
import { SocketPace } from "../../../envoy/xds/socket_pace.ts";
import type { FleetRuntime } from "../../../fleet/runtime.ts";

/** What the paces work with. */
export interface SocketPacesOptions {
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics: Registry;
}

/** Milliseconds after which it is said again that a fleet's listeners have to wait. */
const reminderInterval = 10 * 60_000;

/**
 * One {@linkcode SocketPace} for each fleet, from its first stream to the end of its Envoy. It begins
 * with what an earlier manager has left draining, where the runtime knows.
 */
export class SocketPaces implements Disposable {
  readonly #options: SocketPacesOptions;
  readonly #paces = new Map<string, SocketPace>();
  readonly #news: News;
  readonly #pauses: Counter;
  #runtime: Pick<FleetRuntime, "capacity"> | undefined;
  #subscription: Disposable | undefined;

  constructor(options: SocketPacesOptions) {
    this.#options = options;
    this.#news = new News(options.clock, reminderInterval);
    this.#pauses = new Counter({
      name: "kubelb_envoy_control_plane_listener_pauses_total",
      help: "Times that as many listeners drained as an Envoy has file descriptors for",
      registers: [options.metrics],
    });
  }

  /** Where Envoys run, and so what each can hold; until that is known nothing waits. */
  attach(runtime: Pick<FleetRuntime, "capacity" | "inheritedDrains" | "subscribe">): void {
    this.#runtime = runtime;
    for (const [fleet, addresses] of runtime.inheritedDrains) {
      this.of(fleet).changed({ addresses, protocol: "TCP" });
    }
    this.#subscription = runtime.subscribe((fleet, { pid }) => {
      if (pid === undefined) this.#forget(fleet);
    });
  }

  /** The pace of a fleet's Envoy. */
  of(fleet: string): SocketPace {
    const existing = this.#paces.get(fleet);
    if (existing !== undefined) return existing;
    const allowance = () => this.#runtime?.capacity(fleet).draining;
    const pace = new SocketPace(this.#options.clock, allowance, () => this.#tell(fleet));
    this.#paces.set(fleet, pace);
    return pace;
  }

  /** Whether what opens sockets has to wait. */
  isPaused(fleet: string): boolean {
    return this.#paces.get(fleet)?.open === false;
  }

  [Symbol.dispose](): void {
    this.#subscription?.[Symbol.dispose]();
    for (const pace of this.#paces.values()) pace[Symbol.dispose]();
  }

  #forget(fleet: string): void {
    this.#paces.get(fleet)?.[Symbol.dispose]();
    this.#paces.delete(fleet);
  }

  #tell(fleet: string): void {
    this.#pauses.inc();
    if (!this.#news.isNews(fleet)) return;
    const possible = this.#runtime?.capacity(fleet).draining?.addresses;
    const message = "new and changed listeners wait: an Envoy has file descriptors (LimitNOFILE) " +
      "for no more that drain";
    this.#options.log.warn(message, { fleet, possible });
  }
}
