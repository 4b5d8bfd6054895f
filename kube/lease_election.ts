/**
 * One leader among several processes, by a Lease.
 *
 * @module
 */
import { type Lease, leases } from "../apis/coordination/v1.ts";
import { type Clock, delay, systemClock } from "../base/clock.ts";
import { Listeners } from "../base/listeners.ts";
import type { Logger } from "../base/logger.ts";
import { Registry } from "../base/metrics.ts";
import { type Random, systemRandom } from "../base/random.ts";
import { isApiError } from "./api_error.ts";
import type { KubeClient } from "./client.ts";
import { Deadline } from "./deadline.ts";
import {
  claimedLease,
  heldByOther,
  type Observation,
  observeLease,
  releasedLease,
} from "./lease_record.ts";
import { LeaseMetrics } from "./lease_metrics.ts";
import { checkLeaseTimes, jitter } from "./lease_times.ts";
import { TroubleLog, troubleOf } from "./trouble_log.ts";

/** How a candidate behaves. Times are milliseconds; the defaults are client-go's. */
export interface LeaseElectionOptions {
  readonly client: Pick<KubeClient, "get" | "create" | "update">;
  readonly namespace: string;
  readonly name: string;
  /** Must differ between candidates: host name and a random part. */
  readonly identity: string;
  /** Put on the Lease by the one who holds it: what others may want to know of the leader. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Others may take the Lease when it has not changed for so long. Default 15 s. */
  readonly leaseDuration?: number;
  /** The leader gives up when it could not renew for so long. Default 10 s. */
  readonly renewDeadline?: number;
  /** Pause between two tries. Default 2 s. */
  readonly retryPeriod?: number;
  readonly log: Logger;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly metrics?: Registry;
}

/** Tries to release a Lease that changes under us. */
const releaseAttempts = 3;

/**
 * Candidates for one Lease. Semantics of client-go's `leaderelection`: there is no fencing, so a
 * process that was paused may believe for a moment that it still leads. What leaders do must be
 * idempotent.
 */
export class LeaseElection {
  readonly #client;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: Logger;
  readonly #troubles: TroubleLog;
  readonly #leaseDuration: number;
  readonly #renewDeadline: number;
  readonly #retryPeriod: number;
  readonly #metrics: LeaseMetrics;
  /** The Lease as last read or written; its resourceVersion guards the next write. */
  #lease: Lease | undefined;
  #observation: Observation | undefined;
  /** Monotonic milliseconds at which the last write that succeeded was begun. */
  #renewed = 0;
  #leading = false;
  #toldHolder: string | undefined;
  /** The Lease was read or written: holder or annotations may be others now. */
  readonly observations = new Listeners<void>();

  /** @throws when the times do not fit: lease > renew deadline > retry period · jitter. */
  constructor(private readonly options: LeaseElectionOptions) {
    const { leaseDuration = 15_000, renewDeadline = 10_000, retryPeriod = 2_000 } = options;
    checkLeaseTimes({ leaseDuration, renewDeadline, retryPeriod });
    this.#client = options.client;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
    this.#log = options.log.with({ lease: `${options.namespace}/${options.name}` });
    this.#troubles = new TroubleLog(this.#log, this.#clock, "the Lease can be used again");
    this.#leaseDuration = leaseDuration;
    this.#renewDeadline = renewDeadline;
    this.#retryPeriod = retryPeriod;
    this.#metrics = new LeaseMetrics(options.metrics ?? new Registry(), options.name);
  }

  /** Whether this process leads now. */
  get isLeader(): boolean {
    return this.#leading;
  }

  /** Who holds the Lease, as last seen; `undefined` when nobody does or it is not known. */
  get holder(): string | undefined {
    return this.#observation?.spec.holderIdentity || undefined;
  }

  /** The annotations of the Lease, as last seen. */
  get annotations(): Readonly<Record<string, string>> {
    return this.#lease?.metadata.annotations ?? {};
  }

  /**
   * Is a candidate until `signal` fires. Whenever it wins, it calls `lead`, whose signal fires when
   * leadership is lost or `signal` fires; it is a candidate again when `lead` has returned. The Lease
   * is released only after `lead` has returned. Never throws.
   */
  async run(
    signal: AbortSignal,
    lead: (leadSignal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    while (await this.#acquire(signal)) {
      await this.#lead(signal, lead);
      if (this.#mayRelease()) await this.#release();
      // Work that ends at once must not turn into a storm of Lease writes; others go first.
      await this.#wait(this.#retryPeriod * (1 + jitter * this.#random()), signal);
    }
  }

  async #wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    await delay(this.#clock, milliseconds, signal).catch(() => {});
  }

  /**
   * Tries until it holds the Lease; false when `signal` fired first. It looks more often than the
   * leader writes (and than client-go's candidates do), so that a released Lease finds its next
   * holder within 2 s; a look is a read of one small object.
   */
  async #acquire(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      if (await this.#try(signal, this.#renewDeadline / 2)) return true;
      await this.#wait(this.#retryPeriod * (0.4 + 0.2 * this.#random()), signal);
    }
    return false;
  }

  async #lead(signal: AbortSignal, lead: (leadSignal: AbortSignal) => Promise<void>) {
    const controller = new AbortController();
    this.#setLeading(true);
    this.#log.info("leading", { identity: this.options.identity });
    const work = lead(controller.signal).catch((error) => {
      this.#log.error("the leader's work failed", { error });
    });
    const finished = work.then(() => controller.abort(new Error("the leader's work ended")));
    const onAbort = () => controller.abort(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    await this.#renew(controller);
    this.#setLeading(false);
    await finished;
    signal.removeEventListener("abort", onAbort);
  }

  /** Renews until leadership is lost, in which case it aborts, or until `controller` fires. */
  async #renew(controller: AbortController): Promise<void> {
    const { signal } = controller;
    while (!signal.aborted) {
      await this.#wait(Math.min(this.#retryPeriod, this.#timeLeft()), signal);
      if (signal.aborted || await this.#keep(signal)) continue;
      this.#log.warn("leadership is lost", { holder: this.holder ?? "unknown" });
      controller.abort(new Error("leadership is lost"));
    }
  }

  /** One renewal; false when leadership is lost. */
  async #keep(signal: AbortSignal): Promise<boolean> {
    // First the clock: a process that was paused learns from it, without asking anyone, that
    // somebody else may lead by now.
    const left = this.#timeLeft();
    if (left <= 0) return false;
    // A call that hangs must eat neither the time of a further try nor that of those who wait.
    if (await this.#try(signal, Math.min(left, this.#renewDeadline / 2))) return true;
    return !this.#takenByOther() && this.#timeLeft() > 0;
  }

  #takenByOther(): boolean {
    return this.holder !== undefined && this.holder !== this.options.identity;
  }

  /** Milliseconds until leadership ends unless it is renewed. */
  #timeLeft(): number {
    return this.#renewed + this.#renewDeadline - this.#clock.monotonic();
  }

  #setLeading(leading: boolean): void {
    this.#leading = leading;
    this.#metrics.leading(leading);
  }

  /** One attempt of so many milliseconds to take or keep the Lease. Never throws. */
  async #try(signal: AbortSignal, patience: number): Promise<boolean> {
    using deadline = new Deadline(this.#clock, patience, signal);
    try {
      const held = await this.#tryFast(deadline.signal) || await this.#trySlow(deadline.signal);
      this.#troubles.recovered();
      return held;
    } catch (error) {
      const trouble = troubleOf("the Lease cannot be read or written", error);
      if (!signal.aborted) this.#troubles.report(trouble);
      return false;
    }
  }

  /** The leader writes over what it wrote last, without reading. */
  async #tryFast(signal: AbortSignal): Promise<boolean> {
    const lease = this.#lease;
    if (!this.#leading || lease?.spec?.holderIdentity !== this.options.identity) return false;
    try {
      await this.#write(lease, signal);
      return true;
    } catch (error) {
      if (!isApiError(error, "Conflict", "NotFound")) throw error;
      this.#metrics.slowPath();
      return false;
    }
  }

  async #trySlow(signal: AbortSignal): Promise<boolean> {
    const { namespace, name, identity } = this.options;
    const lease = await this.#client.get(leases, { namespace, name }, { signal });
    if (lease !== undefined) {
      this.#remember(lease);
      if (heldByOther(this.#observation!, identity, this.#clock.monotonic())) {
        this.#tellHolder();
        return false;
      }
    }
    try {
      await this.#write(lease, signal);
      return true;
    } catch (error) {
      // Another candidate was faster: no trouble, only lost.
      if (isApiError(error, "Conflict", "AlreadyExists")) return false;
      throw error;
    }
  }

  async #write(lease: Lease | undefined, signal: AbortSignal): Promise<void> {
    const { namespace, name, identity, annotations } = this.options;
    const began = this.#clock.monotonic();
    const durationSeconds = Math.ceil(this.#leaseDuration / 1000);
    const spec = claimedLease(lease?.spec, { identity, durationSeconds, now: this.#clock.now() });
    const metadata = {
      ...(lease?.metadata ?? { namespace, name }),
      ...(annotations && { annotations: { ...lease?.metadata.annotations, ...annotations } }),
    };
    const written = lease !== undefined
      ? await this.#client.update(leases, { ...lease, metadata, spec }, { signal })
      : await this.#client.create(leases, { metadata, spec }, { signal });
    this.#remember(written);
    this.#renewed = began;
  }

  #remember(lease: Lease): void {
    this.#lease = lease;
    this.#observation = observeLease(
      this.#observation,
      lease.spec ?? {},
      this.#clock.monotonic(),
    );
    this.observations.emit();
  }

  #tellHolder(): void {
    if (this.#toldHolder === this.holder) return;
    this.#toldHolder = this.holder;
    this.#log.info("waiting: another process leads", { holder: this.holder });
  }

  #mayRelease(): boolean {
    return this.holder === this.options.identity;
  }

  /** Leaves the Lease to the next candidate at once instead of letting it run out. */
  async #release(): Promise<void> {
    const { namespace, name, identity } = this.options;
    using deadline = new Deadline(this.#clock, this.#renewDeadline / 2);
    for (let attempt = 0; attempt < releaseAttempts; attempt++) {
      try {
        const lease = attempt === 0
          ? this.#lease
          : await this.#client.get(leases, { namespace, name }, { signal: deadline.signal });
        if (lease?.spec?.holderIdentity !== identity) return;
        const spec = releasedLease(lease.spec, this.#clock.now());
        const options = { signal: deadline.signal };
        this.#remember(await this.#client.update(leases, { ...lease, spec }, options));
        this.#log.info("the Lease is released");
        return;
      } catch (error) {
        if (isApiError(error, "Conflict")) continue;
        this.#log.warn("the Lease cannot be released and has to run out", { error });
        return;
      }
    }
  }
}
