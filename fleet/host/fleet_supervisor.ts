/**
 * Does what the lifecycle of a fleet decides.
 *
 * @module
 */
import { Backoff } from "../../base/backoff.ts";
import { type Clock, delay } from "../../base/clock.ts";
import { describeError, isAbort } from "../../base/errors.ts";
import type { Logger } from "../../base/logger.ts";
import type { Random } from "../../base/random.ts";
import type { FleetStatus } from "../runtime.ts";
import type { EnvoyInstance } from "./envoy_instance.ts";
import { ClaimedError, lostClaim } from "./claim.ts";
import type { ListenerCounts } from "./admin_client.ts";
import type { ClaimWatch } from "./claim_watch.ts";
import { fleetStatus } from "./fleet_status.ts";
import { lastWords } from "./last_words.ts";
import { type Lifecycle, type LifecycleEffect, type LifecycleEvent, step } from "./lifecycle.ts";
import type { ProcessWatch } from "./process_watch.ts";

/** What a {@linkcode FleetSupervisor} needs. */
export interface FleetSupervisorOptions {
  readonly instance: EnvoyInstance;
  readonly folder: string;
  readonly watch: ProcessWatch;
  readonly claims: ClaimWatch;
  /** Milliseconds that connections get to finish. */
  readonly drainTime: number;
  /** Called after each change of the status. */
  readonly changed: () => void;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
}

/** Milliseconds that Envoy gets to end by itself after SIGTERM. */
const terminationGrace = 5_000;

/** Pauses before a fleet that keeps failing is started again. */
const restartBackoff = { initial: 250, maximum: 30_000 };

/** Keeps one fleet as it is wanted. */
export class FleetSupervisor implements AsyncDisposable {
  #state: Lifecycle = { kind: "stopped" };
  #crashes = 0;
  /** Set when the last start has failed because another manager's Envoy is there. */
  #claim: string | undefined;
  /** Ends timers and loops of the present state; replaced by each transition to another. */
  #phase = new AbortController();
  #disposed = false;
  /** The removal of what the last Envoy left; the next must not be started into it. */
  #cleaning: Promise<void> = Promise.resolve();
  readonly #backoff: Backoff;
  readonly #running = new Set<Promise<void>>();
  readonly #waiting = new Set<() => void>();

  constructor(private readonly options: FleetSupervisorOptions) {
    this.#backoff = new Backoff(restartBackoff, options.random);
  }

  /** As others see it. */
  get status(): FleetStatus {
    return fleetStatus(this.#state, this.options.instance.record, this.#crashes);
  }

  /** Takes over an Envoy that an earlier manager has left running, if there is one. */
  async adopt(): Promise<void> {
    const process = await this.options.instance.find();
    if (process === undefined) return;
    this.options.log.info("adopted a running Envoy", { pid: process.pid });
    const now = this.options.clock.monotonic();
    this.#dispatch({ kind: "adopted", pid: process.pid, now });
    this.#watch(process.pid, this.options.watch.exited(process));
    // Its listeners are closed already; a fleet that is still wanted needs another Envoy.
    if (this.options.instance.record?.ending) this.#dispatch({ kind: "remove" });
  }

  /** Resolves when its process was started, or has failed to. */
  async ensure(): Promise<void> {
    this.#dispatch({ kind: "ensure" });
    await this.#until(() => this.#state.kind !== "spawning");
  }

  /** Resolves when it is gone, or wanted again. */
  async remove(): Promise<void> {
    this.#dispatch({ kind: "remove" });
    await this.#until(() => !isEnding(this.#state));
    await this.#cleaning;
  }

  /** The listeners of its Envoy. @throws when it cannot be reached. */
  async listeners(): Promise<ListenerCounts> {
    return await this.options.instance.admin().listeners();
  }

  /** Tells Envoy that its log files were moved away. @throws when it cannot be reached. */
  async reopenLogs(): Promise<void> {
    await this.options.instance.admin().reopenLogs();
  }

  /** Looks after it no longer; the process stays as it is. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    this.#phase.abort();
    await Promise.all(this.#running);
    for (const wake of this.#waiting) wake();
  }

  #dispatch(event: LifecycleEvent): void {
    const before = this.#state;
    const { state, effects } = step(before, event);
    this.#state = state;
    if (state.kind !== before.kind || effects.length > 0) {
      this.#phase.abort();
      this.#phase = new AbortController();
    }
    // After disposal only the outcome of a start that was under way is taken note of.
    for (const effect of this.#disposed ? [] : effects) this.#perform(effect);
    for (const wake of this.#waiting) wake();
    if (state !== before) this.options.changed();
  }

  #perform(effect: LifecycleEffect): void {
    const { instance } = this.options;
    switch (effect) {
      case "spawn":
        this.#run(this.#spawn());
        return;
      case "retry":
        if (this.#claim === undefined) return this.#timeout(this.#backoff.next());
        this.#run(this.#awaitClaim(this.#claim, this.#phase.signal));
        return;
      case "reset-backoff":
        return this.#backoff.reset();
      case "probe":
        this.#run(this.#probe(this.#phase.signal));
        return;
      case "drain":
        this.#run(this.#drain(this.#phase.signal));
        return;
      case "terminate":
        instance.signal("SIGTERM");
        return this.#timeout(terminationGrace);
      case "kill":
        return instance.signal("SIGKILL");
      case "forget":
        this.#cleaning = this.#run(instance.clean());
        return;
    }
  }

  async #spawn(): Promise<void> {
    const { instance, clock, log } = this.options;
    try {
      this.#claim = undefined;
      await this.#cleaning;
      const { pid, exited } = await instance.start();
      log.info("started Envoy", { pid });
      this.#dispatch({ kind: "spawned", pid, now: clock.monotonic() });
      this.#watch(pid, exited);
    } catch (error) {
      if (error instanceof ClaimedError) {
        this.#claim = error.claim;
        log.warn(describeError(error));
      } else {
        log.error("cannot start Envoy", { error });
      }
      this.#dispatch({ kind: "spawn-failed", message: describeError(error) });
    }
  }

  /** Without a growing pause: nobody serves from the end of the other Envoy to the start of ours. */
  async #awaitClaim(claim: string, signal: AbortSignal): Promise<void> {
    await this.options.claims.released(claim, signal);
    this.#dispatch({ kind: "timeout" });
  }

  #watch(pid: number, exited: Promise<string>): void {
    const { clock, folder, log } = this.options;
    const start = clock.monotonic();
    exited.then(async (how) => {
      if (this.#disposed) return;
      const now = clock.monotonic();
      const seconds = ((now - start) / 1000).toFixed(1);
      if (isEnding(this.#state)) log.info("Envoy ended", { pid, how });
      else {
        const words = await lastWords(folder).catch(() => undefined);
        const message = `Envoy ${how} ${seconds} s after its start${words ? `: ${words}` : ""}`;
        // The next start finds the other Envoy, and tells of it.
        if (lostClaim(words)) log.debug(message, { pid });
        else {
          this.#crashes++;
          log.error(message, { pid });
        }
        return this.#dispatch({ kind: "exited", pid, now, message });
      }
      this.#dispatch({ kind: "exited", pid, now, message: how });
    });
  }

  async #probe(signal: AbortSignal): Promise<void> {
    const admin = this.options.instance.admin();
    for (let pause = 50;; pause = Math.min(1_000, pause * 1.3)) {
      const ready = await admin.isReady();
      if (signal.aborted) return;
      if (ready) return this.#dispatch({ kind: "ready" });
      await delay(this.options.clock, pause, signal);
    }
  }

  async #drain(signal: AbortSignal): Promise<void> {
    const { clock, drainTime, instance, log } = this.options;
    const admin = instance.admin();
    const deadline = clock.monotonic() + drainTime;
    try {
      await instance.markEnding();
      await admin.drainListeners();
      while (await admin.connections() > 0 && clock.monotonic() < deadline) {
        await delay(clock, 200, signal);
      }
    } catch (error) {
      if (signal.aborted) return;
      log.warn("cannot drain Envoy; ending it", { error });
    }
    if (!signal.aborted) this.#dispatch({ kind: "drained" });
  }

  #timeout(milliseconds: number): void {
    const { clock } = this.options;
    this.#run(
      delay(clock, milliseconds, this.#phase.signal).then(() =>
        this.#dispatch({ kind: "timeout" })
      ),
    );
  }

  /** Owns a piece of work until it is done; being told to stop is no failure. */
  #run(work: Promise<void>): Promise<void> {
    const owned = work.catch((error) => {
      if (!isAbort(error)) this.options.log.error("looking after Envoy failed", { error });
    }).finally(() => this.#running.delete(owned));
    this.#running.add(owned);
    return owned;
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition() && !this.#disposed) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.add(resolve);
      await promise;
      this.#waiting.delete(resolve);
    }
  }
}

function isEnding(state: Lifecycle): boolean {
  return state.kind === "draining" || state.kind === "terminating" ||
    (state.kind === "spawning" && state.stop);
}
