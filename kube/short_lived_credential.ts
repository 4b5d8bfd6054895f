/**
 * A credential that is used to get short-lived ones, and itself only where there are none.
 *
 * @module
 */
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { Random } from "../base/random.ts";
import { type ApiErrorReason, isApiError } from "./api_error.ts";
import type { Credential, Identity } from "./credential.ts";
import { claimsOf, type IssuedToken, type ServiceAccountClaims } from "./service_account_token.ts";

/** What {@linkcode shortLivedCredential} works with. */
export interface ShortLivedCredentialOptions {
  /** A ServiceAccount's token, as in a tenant's kubeconfig; anything else is used as it is. */
  readonly base: Credential;
  /** Asks, as `base`, for a token of the same ServiceAccount. */
  readonly issue: (claims: ServiceAccountClaims) => Promise<IssuedToken>;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * - `base`: the base credential is used; from `askAt` on a token is asked for.
 * - `issued`: the token is used until `endsAt`; from `renewAt` on a new one is asked for.
 *
 * Times are on the monotonic clock.
 */
type State =
  | { readonly kind: "base"; readonly askAt: number }
  | {
    readonly kind: "issued";
    readonly identity: Identity;
    readonly renewAt: number;
    readonly endsAt: number;
  };

/** Milliseconds until a request that failed, or a token that was refused, is followed by another. */
const pause = { failed: 60_000, notGiven: 10 * 60_000 };

/** Refusals that asking again soon does not change. */
const whyNotGiven: { readonly [R in ApiErrorReason]?: string } = {
  // A hub of upstream's does not, nor does one whose tenant is being deleted.
  Forbidden: "the cluster does not permit short-lived tokens",
  // With the tenant, or because somebody has deleted the Secret.
  NotFound: "no short-lived tokens: the ServiceAccount, or the Secret of its token, is gone",
  ResourceMissing: "the cluster gives no short-lived tokens",
  BadRequest: "the cluster gives no short-lived tokens",
};

/**
 * Presents tokens that are good for an hour and renews them after four fifths of it, as kubelets do.
 *
 * No caller ever waits for a token: until there is one, and where the server gives none (a hub of
 * upstream's does not permit it), `base` is presented. Renewal is by `base` too, so that revoking it
 * is the end of everything that came of it.
 */
export function shortLivedCredential(options: ShortLivedCredentialOptions): Credential {
  return new ShortLivedCredential(options);
}

class ShortLivedCredential implements Credential {
  #state: State = { kind: "base", askAt: -Infinity };
  #asking = false;
  /** The last thing that was logged. */
  #told: string | undefined;
  #base: string | undefined;

  constructor(private readonly options: ShortLivedCredentialOptions) {}

  async identity(fresh: boolean): Promise<Identity> {
    const now = this.options.clock.monotonic();
    if (fresh) return await this.#afresh(now);
    const state = this.#state;
    if (now >= (state.kind === "issued" ? state.renewAt : state.askAt)) void this.#ask();
    if (state.kind === "issued" && now < state.endsAt) return state.identity;
    return await this.options.base.identity(false);
  }

  /** The server has refused what was presented last. */
  async #afresh(now: number): Promise<Identity> {
    if (this.#state.kind === "issued") this.#state = { kind: "base", askAt: now + pause.failed };
    const identity = await this.options.base.identity(true);
    // It has been replaced: what was true of the old one need not be true of the new one.
    if (identity.authorization !== this.#base) this.#state = { kind: "base", askAt: now };
    this.#base = identity.authorization;
    return identity;
  }

  /** Never throws. */
  async #ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    const { base, issue, clock, random } = this.options;
    const start = clock.monotonic();
    try {
      const identity = await base.identity(false);
      this.#base = identity.authorization;
      const claims = claimsOf(identity);
      if (claims === undefined) return this.#goOn(start + pause.notGiven);
      const { token, lifetime } = await issue(claims);
      this.#state = {
        kind: "issued",
        identity: { authorization: `Bearer ${token}` },
        // Spread, so that the CCMs of many tenants do not come at the same time.
        renewAt: start + lifetime * (0.75 + 0.1 * random()),
        endsAt: start + lifetime,
      };
      this.#tell("uses short-lived tokens", { seconds: lifetime / 1000 });
    } catch (error) {
      this.#failed(error, start);
    } finally {
      this.#asking = false;
    }
  }

  #failed(error: unknown, start: number): void {
    const notGiven = isApiError(error) ? whyNotGiven[error.reason] : undefined;
    if (notGiven !== undefined) {
      this.#tell(`${notGiven}: the credential is used as it is`, { error });
    } else {
      this.options.log.debug("no short-lived token now", { error });
    }
    this.#goOn(start + (notGiven === undefined ? pause.failed : pause.notGiven));
  }

  /** With what there is, until `askAt`. */
  #goOn(askAt: number): void {
    const state = this.#state;
    this.#state = state.kind === "issued" && askAt < state.endsAt
      ? { ...state, renewAt: askAt }
      : { kind: "base", askAt };
  }

  #tell(message: string, fields: Record<string, unknown>): void {
    if (this.#told === message) return;
    this.#told = message;
    this.options.log.info(message, fields);
  }
}
