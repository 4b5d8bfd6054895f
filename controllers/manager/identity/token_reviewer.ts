/**
 * Which fleet an Envoy belongs to, by the ServiceAccount token of its pod (design §2.8): the
 * alternative to a certificate where a volume can project tokens.
 *
 * @module
 */
import { tokenReviews } from "../../../apis/authentication/v1.ts";
import type { Clock } from "../../../base/clock.ts";
import type { KubeClient } from "../../../kube/client.ts";
import { tokenClaims } from "../../../kube/token_claims.ts";

/** The audience that a token must be made for: one for the API server opens nothing here. */
export const xdsAudience = "kubelb-xds";

/** What a token proves. */
export interface TokenIdentity {
  readonly fleet: string;
  /** When the token expires, milliseconds since 1970. */
  readonly until: number;
}

/** The answer about one token. */
export type TokenVerdict =
  | { readonly identity: TokenIdentity }
  /** Why not. */
  | { readonly refused: string };

/** What a {@linkcode TokenReviewer} works with. */
export interface TokenReviewerOptions {
  readonly client: Pick<KubeClient, "create">;
  /** Name of the ServiceAccount that Envoys run as, in the namespace that is their fleet. */
  readonly serviceAccount: string;
  readonly clock: Clock;
}

/**
 * How long an answer holds; milliseconds. A token that is revoked opens new streams for so long at
 * most; and a client that comes again and again with a bad one does not reach the API server.
 */
const holds = { accepted: 60_000, refused: 10_000 };
/** Answers that are remembered; the oldest is forgotten. */
const capacity = 4_096;

/** Asks the hub's API server, each token once at a time, and remembers the answers for a while. */
export class TokenReviewer {
  /** By hash: tokens themselves are not kept. Oldest first. */
  readonly #answers = new Map<string, { readonly verdict: TokenVerdict; readonly until: number }>();
  readonly #asking = new Map<string, Promise<TokenVerdict>>();

  constructor(private readonly options: TokenReviewerOptions) {}

  /** @throws {ApiError} when the API server cannot be asked: nothing is known then. */
  async review(token: string | undefined): Promise<TokenVerdict> {
    if (token === undefined) return { refused: "a bearer token is needed" };
    const hash = await hashOf(token);
    const known = this.#answers.get(hash);
    if (known !== undefined && this.options.clock.now() < known.until) return known.verdict;
    const asking = this.#asking.get(hash) ?? this.#askOnce(hash, token);
    return await asking;
  }

  async #askOnce(hash: string, token: string): Promise<TokenVerdict> {
    const asking = this.#ask(token);
    this.#asking.set(hash, asking);
    try {
      const verdict = await asking;
      this.#remember(hash, verdict);
      return verdict;
    } finally {
      this.#asking.delete(hash);
    }
  }

  async #ask(token: string): Promise<TokenVerdict> {
    const { status = {} } = await this.options.client.create(tokenReviews, {
      metadata: { name: "" },
      spec: { token, audiences: [xdsAudience] },
    });
    if (status.authenticated !== true) return { refused: "the token is not valid" };
    // A server that does not know of audiences answers without them.
    if (!status.audiences?.includes(xdsAudience)) {
      return { refused: `the token is not made for the audience ${xdsAudience}` };
    }
    const fleet = this.#fleetOf(status.user?.username ?? "");
    if (fleet === undefined) return { refused: "the token is not that of an Envoy" };
    const expiry = Number(tokenClaims(token)?.exp) * 1000;
    const until = Number.isNaN(expiry) ? this.options.clock.now() + holds.accepted : expiry;
    return { identity: { fleet, until } };
  }

  #fleetOf(username: string): string | undefined {
    const [system, kind, namespace, name, ...rest] = username.split(":");
    const isAccount = system === "system" && kind === "serviceaccount" && rest.length === 0;
    return isAccount && name === this.options.serviceAccount ? namespace : undefined;
  }

  #remember(hash: string, verdict: TokenVerdict): void {
    const now = this.options.clock.now();
    const until = "refused" in verdict
      ? now + holds.refused
      : Math.min(now + holds.accepted, verdict.identity.until);
    this.#answers.delete(hash);
    this.#answers.set(hash, { verdict, until });
    if (this.#answers.size > capacity) this.#answers.delete(this.#answers.keys().next().value!);
  }
}

async function hashOf(token: string): Promise<string> {
  const bytes = new TextEncoder().encode(token);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toBase64();
}
