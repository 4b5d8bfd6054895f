/**
 * Makes the authority of xDS certificates, and its successors in time. Leader only.
 *
 * @module
 */
import { type Secret, secrets } from "../../../apis/core/v1.ts";
import { xdsAuthoritySecretName } from "../../../apis/kubelb/names.ts";
import { createAuthority, type KeyPair } from "../../../base/certificates.ts";
import type { Clock } from "../../../base/clock.ts";
import { describeError } from "../../../base/errors.ts";
import type { Logger } from "../../../base/logger.ts";
import type { Registry } from "../../../base/metrics.ts";
import {
  type Authorities,
  type AuthorityPlan,
  backdating,
  type Lifetimes,
  planAuthority,
  promoted,
} from "../../../fleet/identity/authority_plan.ts";
import type { Applied, KubeClient } from "../../../kube/client.ts";
import {
  Controller,
  type ReconcileContext,
  type ReconcileResult,
} from "../../../kube/controller.ts";
import type { EventRecorder } from "../../../kube/event_recorder.ts";
import type { ObjectCache } from "../../../kube/object_cache.ts";
import { authorityEnd } from "./authority_end.ts";
import { authoritySecret, isManaged, readAuthorities } from "./authority_secret.ts";

/** What the controller works with. */
export interface AuthorityControllerOptions {
  readonly client: Pick<KubeClient, "apply">;
  /** The one Secret, if it exists. */
  readonly secrets: ObjectCache<Secret>;
  /** The manager's namespace. */
  readonly namespace: string;
  readonly lifetimes: Lifetimes;
  readonly events: Pick<EventRecorder, "event">;
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics: Registry;
}

/** Timers of the system do not reach further than 24 days, and clocks get set. */
const longestPause = 60 * 60 * 1000;

/** Steps that change the Secret. */
type Step = Exclude<AuthorityPlan, { kind: "keep" }>;

/** Does the next step of {@linkcode planAuthority} whenever its time has come. */
export class AuthorityController {
  readonly #controller: Controller;
  readonly #key: string;

  constructor(private readonly options: AuthorityControllerOptions) {
    const { secrets: cache, namespace, log, clock, metrics } = options;
    this.#key = `${namespace}/${xdsAuthoritySecretName}`;
    this.#controller = new Controller({
      name: "xds-authority-controller",
      reconcile: (_key, context) => this.#reconcile(context),
      log,
      clock,
      metrics,
    }).watch(cache, () => [this.#key]);
  }

  /** Looks after the Secret until `signal` fires. */
  async run(signal: AbortSignal): Promise<void> {
    // A Secret that does not exist tells of itself by no event.
    this.#controller.enqueue(this.#key);
    await this.#controller.run(signal);
  }

  async #reconcile(context: ReconcileContext): Promise<ReconcileResult | void> {
    const { secrets: cache, lifetimes, clock } = this.options;
    const present = cache.get(this.#key);
    if (present !== undefined && !isManaged(present)) return await this.#lookAt(present, context);
    const authorities = present && await this.#read(present);
    // Nobody's key is overwritten because it could not be read.
    if (present !== undefined && authorities === undefined) return;
    const plan = planAuthority(authorities, lifetimes, clock.now());
    if (plan.kind === "keep") return { requeueAfter: Math.min(plan.for, longestPause) };
    context.log.info("the certificate authority of xDS connections changes", { step: plan.kind });
    const next = await this.#take(plan, authorities);
    // The cache tells us of what we write, and so we come back for the step after this one.
    await this.#write(next, present, context.signal);
  }

  /** An operator's own Secret is not ours to change; but what is wrong with it should be said. */
  async #lookAt(secret: Secret, { log }: ReconcileContext): Promise<ReconcileResult | void> {
    const authorities = await this.#read(secret);
    if (authorities === undefined) return;
    log.debug("the authority is the operator's own");
    const { trouble, again } = authorityEnd(authorities, this.options.clock.now());
    if (trouble !== undefined) {
      this.options.events.event(secret, "Warning", trouble.reason, trouble.message);
    }
    return { requeueAfter: again };
  }

  async #read(secret: Secret): Promise<Authorities | undefined> {
    try {
      return await readAuthorities(secret);
    } catch (error) {
      const message = `${
        describeError(error)
      }: mend it, or delete the Secret to get a new authority`;
      this.options.events.event(secret, "Warning", "Invalid", message);
      return undefined;
    }
  }

  async #take(step: Step, authorities: Authorities | undefined): Promise<Authorities> {
    if (authorities === undefined || step.kind === "create") {
      return { current: await this.#newAuthority(), retired: [] };
    }
    if (step.kind === "announce") return { ...authorities, next: await this.#newAuthority() };
    if (step.kind === "promote") return promoted(authorities);
    return { ...authorities, retired: step.retired };
  }

  #newAuthority(): Promise<KeyPair> {
    const { clock, lifetimes } = this.options;
    const now = clock.now();
    return createAuthority("kubelb-xds", {
      notBefore: now - backdating,
      notAfter: now + lifetimes.authority,
    });
  }

  async #write(
    authorities: Authorities,
    present: Secret | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { client, secrets: cache, namespace } = this.options;
    const desired = authoritySecret(namespace, authorities);
    // The version makes the write fail when somebody else was faster.
    const resourceVersion = present?.metadata.resourceVersion;
    const body = {
      ...desired,
      metadata: { ...desired.metadata, ...(resourceVersion && { resourceVersion }) },
    } as unknown as Applied<Secret>;
    // Without force: an operator may have created his own a moment ago.
    const options = { fieldManager: "kubelb-identity", force: false, signal };
    cache.observe(await client.apply(secrets, body, options));
  }
}
