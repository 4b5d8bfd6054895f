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
import { counter, gauge } from "./metric.ts";

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

/** Candidates add up to this share of the period at random (client-go's jitter). */
const jitter = 1.2;
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
  readonly #leaseDuration: number;
  readonly #renewDeadline: number;
  readonly #retryPeriod: number;
  readonly #status;
  readonly #slowPath;
  /** The Lease as last read or written; its resourceVersion guards the next write. */
  #lease: Lease | undefined;
  #observation: Observation | undefined;
  #leading = false;
  #toldHolder: string | undefined;
  /** The Lease was read or written: holder or annotations may be others now. */
  readonly observations = new Listeners<void>();

  /** @throws when the times do not fit: lease > renew deadline > retry period · jitter. */
  constructor(private readonly options: LeaseElectionOptions) {
    const { leaseDuration = 15_000, renewDeadline = 10_000, retryPeriod = 2_000 } = options;
    if (leaseDuration <= renewDeadline || renewDeadline <= retryPeriod * jitter) {
      throw new Error(
        `leader election: lease duration (${leaseDuration} ms) must exceed the renew deadline ` +
          `(${renewDeadline} ms), and that the retry period · ${jitter} (${retryPeriod * jitter})`,
      );
    }
    this.#client = options.client;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
    this.#log = options.log.with({ lease: `${options.namespace}/${options.name}` });
    this.#leaseDuration = leaseDuration;
    this.#renewDeadline = renewDeadline;
    this.#retryPeriod = retryPeriod;
    const registry = options.metrics ?? new Registry();
    this.#status = gauge(registry, {
      name: "leader_election_master_status",
      help: "1 while this process leads, 0 while it does not.",
      labelNames: ["name"],
    });
    this.#slowPath = counter(registry, {
      name: "leader_election_slowpath_total",
      help: "Renewals that had to read the Lease first.",
      labelNames: ["name"],
    });
    this.#status.set({ name: options.name }, 0);
    this.#slowPath.inc({ name: options.name }, 0);
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
      await this.#pause(signal);
    }
  }

  async #pause(signal: AbortSignal): Promise<void> {
    const pause = this.#retryPeriod * (1 + jitter * this.#random());
    await delay(this.#clock, pause, signal).catch(() => {});
  }

  /** Tries until it holds the Lease; false when `signal` fired first. */
  async #acquire(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      if (await this.#try(signal)) return true;
      await this.#pause(signal);
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
    let renewed = this.#clock.monotonic();
    while (!signal.aborted) {
      await delay(this.#clock, this.#retryPeriod, signal).catch(() => {});
      if (signal.aborted) return;
      if (await this.#try(signal)) {
        renewed = this.#clock.monotonic();
      } else if (this.#takenByOther() || this.#overdue(renewed)) {
        this.#log.warn("leadership is lost", { holder: this.holder ?? "unknown" });
        controller.abort(new Error("leadership is lost"));
      }
    }
  }

  #takenByOther(): boolean {
    return this.holder !== undefined && this.holder !== this.options.identity;
  }

  #overdue(renewed: number): boolean {
    return this.#clock.monotonic() - renewed >= this.#renewDeadline;
  }

  #setLeading(leading: boolean): void {
    this.#leading = leading;
    this.#status.set({ name: this.options.name }, leading ? 1 : 0);
  }

  /** One attempt to take or keep the Lease. Never throws. */
  async #try(signal: AbortSignal): Promise<boolean> {
    // A call that hangs must not eat the time in which a renewal could still succeed.
    using deadline = new Deadline(this.#clock, this.#renewDeadline / 2, signal);
    try {
      return await this.#tryFast(deadline.signal) || await this.#trySlow(deadline.signal);
    } catch (error) {
      if (!signal.aborted) this.#log.warn("the Lease cannot be read or written", { error });
      return false;
    }
  }

  /** The leader writes over what it wrote last, without reading. */
  async #tryFast(signal: AbortSignal): Promise<boolean> {
    const lease = this.#lease;
    if (!this.#leading || lease?.spec?.holderIdentity !== this.options.identity) return false;
    try {
      this.#remember(await this.#write(lease, signal));
      return true;
    } catch (error) {
      if (!isApiError(error, "Conflict", "NotFound")) throw error;
      this.#slowPath.inc({ name: this.options.name });
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
      this.#remember(await this.#write(lease, signal));
      return true;
    } catch (error) {
      // Another candidate was faster: no trouble, only lost.
      if (isApiError(error, "Conflict", "AlreadyExists")) return false;
      throw error;
    }
  }

  #write(lease: Lease | undefined, signal: AbortSignal): Promise<Lease> {
    const { namespace, name, identity, annotations } = this.options;
    const durationSeconds = Math.ceil(this.#leaseDuration / 1000);
    const spec = claimedLease(lease?.spec, { identity, durationSeconds, now: this.#clock.now() });
    const metadata = {
      ...(lease?.metadata ?? { namespace, name }),
      ...(annotations && { annotations: { ...lease?.metadata.annotations, ...annotations } }),
    };
    if (lease === undefined) return this.#client.create(leases, { metadata, spec }, { signal });
    return this.#client.update(leases, { ...lease, metadata, spec }, { signal });
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
