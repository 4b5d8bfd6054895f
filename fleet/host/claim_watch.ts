/**
 * Learning that another manager's Envoy has ended.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import { claimsOfHost } from "./claim.ts";

/** Milliseconds between two looks. */
const interval = 1_000;

interface Waiting {
  readonly claim: string;
  readonly report: () => void;
}

/**
 * Looks for all claims that are waited for at once: the kernel's list has every Unix socket of the
 * host. While nobody waits there is no timer.
 */
export class ClaimWatch implements Disposable {
  readonly #waiting = new Set<Waiting>();
  /** Set from the first who waits until a look finds nobody. */
  #timer: Disposable | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly claims: () => Promise<ReadonlySet<string>> = claimsOfHost,
  ) {}

  /**
   * Resolves when nobody has `claim`, or nobody can say so: the next start will tell.
   *
   * @throws the reason of `signal`.
   */
  released(claim: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const onAbort = () => {
        this.#waiting.delete(waiting);
        reject(signal.reason);
      };
      const report = () => {
        signal.removeEventListener("abort", onAbort);
        resolve();
      };
      const waiting = { claim, report };
      signal.addEventListener("abort", onAbort, { once: true });
      this.#waiting.add(waiting);
      this.#timer ??= this.#schedule();
    });
  }

  /** Stops looking. */
  [Symbol.dispose](): void {
    this.#waiting.clear();
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }

  #schedule(): Disposable {
    return this.clock.timer(() => this.#look(), interval);
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    const claims = this.#waiting.size === 0
      ? new Set<string>()
      : await this.claims().catch(() => new Set<string>());
    for (const waiting of this.#waiting) {
      if (claims.has(waiting.claim)) continue;
      this.#waiting.delete(waiting);
      waiting.report();
    }
    this.#timer = this.#waiting.size === 0 ? undefined : this.#schedule();
  }
}
