/**
 * How fast a client's listeners may change.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import { Listeners } from "../../base/listeners.ts";

/** Where a listener listens. */
export interface Listening {
  /** Addresses with a port: sockets of each worker thread. */
  readonly addresses: number;
  readonly protocol: "TCP" | "UDP";
}

/** What may drain at once. */
export interface DrainAllowance {
  /** Addresses with a port, of listeners that were changed or went, beside those that are there. */
  readonly addresses: number;
  /** How long each of them drains, milliseconds. */
  readonly time: number;
}

interface Drain {
  addresses: number;
  /** Monotonic milliseconds. */
  readonly until: number;
}

/** A client applies what it is sent a moment later, and its threads let go a moment after that; ms. */
const tolerance = 2_000;

/** What begins to drain within so long is counted together, so that little has to be kept; ms. */
const grain = 100;

/**
 * Envoy keeps the sockets of a listener that it changes until the drain time has passed, and those of
 * a UDP listener that goes. (A TCP listener that goes gives them back at once.) One that has no file
 * descriptor left for a listener ends. So what opens sockets waits while too many drain; what goes
 * never waits.
 *
 * One for all streams of an Envoy, since it remembers what earlier ones have changed.
 */
export class SocketPace implements Disposable {
  /** Tells that nothing has to wait any more. */
  readonly reopened = new Listeners<void>();
  /** The first to end is the first. */
  readonly #drains: Drain[] = [];
  #draining = 0;
  #ended = false;
  #timer: Disposable | undefined;

  /**
   * @param allowance undefined: nothing ever waits.
   * @param closed is called when something will have to wait.
   */
  constructor(
    private readonly clock: Clock,
    private readonly allowance: () => DrainAllowance | undefined,
    private readonly closed: () => void = () => {},
  ) {}

  /** Whether sockets may be opened. However little is allowed, one change after the other is made. */
  get open(): boolean {
    this.#expire();
    return this.#draining === 0 || this.#draining < (this.allowance()?.addresses ?? Infinity);
  }

  /** A client is told that a listener has another content. */
  changed({ addresses }: Listening): void {
    this.#drain(addresses);
  }

  /** A client is told that a listener is gone. */
  removed({ addresses, protocol }: Listening): void {
    if (protocol === "UDP") this.#drain(addresses);
  }

  /** The client has ended: nothing waits any more, whatever a stream that outlives it is told. */
  [Symbol.dispose](): void {
    this.#ended = true;
    this.#drains.length = 0;
    this.#draining = 0;
    this.#reopen();
  }

  #drain(addresses: number): void {
    const allowance = this.allowance();
    if (allowance === undefined || this.#ended) return;
    const until = this.clock.monotonic() + allowance.time + tolerance;
    const last = this.#drains.at(-1);
    if (last !== undefined && until - last.until < grain) last.addresses += addresses;
    else this.#drains.push({ addresses, until });
    this.#draining += addresses;
    if (this.open || this.#timer !== undefined) return;
    this.closed();
    this.#await();
  }

  #expire(): void {
    const now = this.clock.monotonic();
    // What was counted with it began up to a grain later.
    while (this.#drains[0] !== undefined && this.#drains[0].until + grain <= now) {
      this.#draining -= this.#drains.shift()!.addresses;
    }
  }

  #await(): void {
    const next = (this.#drains[0]?.until ?? 0) + grain - this.clock.monotonic();
    this.#timer = this.clock.timer(() => {
      if (this.open) this.#reopen();
      else this.#await();
    }, Math.max(next, grain));
  }

  #reopen(): void {
    if (this.#timer === undefined) return;
    this.#timer[Symbol.dispose]();
    this.#timer = undefined;
    this.reopened.emit();
  }
}
