/**
 * Puts the authority that the Secret holds into force. In every replica.
 *
 * @module
 */
import type { Secret } from "../../../apis/core/v1.ts";
import { describeError } from "../../../base/errors.ts";
import type { Logger } from "../../../base/logger.ts";
import type { XdsIdentity } from "../../../fleet/identity/xds_identity.ts";
import type { ObjectCache } from "../../../kube/object_cache.ts";
import { readAuthorities } from "./authority_secret.ts";

/** What it works with. */
export interface AuthorityFollowerOptions {
  /** The one Secret, if it exists. */
  readonly secrets: ObjectCache<Secret>;
  readonly identity: XdsIdentity;
  readonly log: Logger;
}

/** A Secret that cannot be used, or is gone, changes nothing: the last good authority stays. */
export class AuthorityFollower implements Disposable {
  readonly #subscription: Disposable;
  #problem: string | undefined = "no certificate authority yet (it is made by the leading manager)";
  /** Later events win, although reading takes a moment. */
  #latest: Secret | undefined;

  constructor(private readonly options: AuthorityFollowerOptions) {
    this.#subscription = options.secrets.subscribe(({ object, type }) => {
      if (type !== "deleted") this.#read(object);
    });
  }

  /** Why there is no good authority, or not the one that the Secret holds now; for `/readyz`. */
  get problem(): string | undefined {
    return this.#problem ?? this.options.identity.problem;
  }

  [Symbol.dispose](): void {
    // What is being read comes too late.
    this.#latest = undefined;
    this.#subscription[Symbol.dispose]();
  }

  async #read(secret: Secret): Promise<void> {
    const { identity, log } = this.options;
    this.#latest = secret;
    try {
      const authorities = await readAuthorities(secret);
      if (this.#latest !== secret) return;
      this.#problem = undefined;
      identity.use(authorities);
    } catch (error) {
      if (this.#latest !== secret) return;
      const { namespace, name } = secret.metadata;
      this.#problem = `Secret ${namespace}/${name} cannot be used: ${describeError(error)}`;
      log.error("the certificate authority of xDS connections cannot be used", { error });
    }
  }
}
