/**
 * One resource type on one stream, in the state-of-the-world variant.
 *
 * @module
 */
import { envoy } from "../proto/mod.ts";
import { Ledger } from "./ledger.ts";
import type { SotwRequest } from "./request.ts";
import type { Resource } from "./resource.ts";
import { SetVersion } from "./set_version.ts";
import { Subscription } from "./subscription.ts";
import { Unanswered } from "./unanswered.ts";
import type {
  Answer,
  InFlight,
  Permit,
  Response,
  TypeStream,
  TypeStreamOptions,
} from "./type_stream.ts";

const { DiscoveryResponse } = envoy.service.discovery.v3;

/** The parts of a response before it is encoded. */
interface Collected {
  readonly resources: readonly Resource[];
  /** Those of `resources` that the client did not have. */
  readonly updates: readonly Resource[];
  readonly removed: readonly string[];
}

/**
 * Answers with everything that is wanted (listeners, clusters), or with what changed of it (all
 * other types, whose resources go with the listener or cluster that names them).
 *
 * The version of a response is the version of the whole set that the client has with it. A client
 * that wants everything and brings that very version from an earlier stream is not answered until
 * something changes.
 */
export class SotwTypeStream implements TypeStream<SotwRequest> {
  readonly #options: TypeStreamOptions;
  readonly #subscription: Subscription;
  readonly #ledger: Ledger<Resource>;
  readonly #version = new SetVersion();
  readonly #unanswered = new Unanswered();
  /** The nonce of the last response; requests that carry an older one are out of date. */
  #lastNonce: string | undefined;
  #seen = false;
  /** Must answer even if nothing is there to be sent. */
  #answerDue = false;

  constructor(options: TypeStreamOptions) {
    this.#options = options;
    this.#subscription = new Subscription(options.legacyWildcard);
    this.#ledger = new Ledger(options.store, options.typeUrl);
  }

  get inFlight(): InFlight | undefined {
    return this.#unanswered.inFlight;
  }

  describe(): { wildcard: boolean; names: number; held: number } {
    const { wildcard, names } = this.#subscription;
    return { wildcard, names: names.size, held: this.#ledger.told.size };
  }

  receive(request: SotwRequest): readonly Answer[] {
    const answers = this.#unanswered.answer(request);
    for (const answer of answers) {
      if (answer.kind === "refused") this.#ledger.refused(answer.response.resources.keys());
    }
    if (this.#isStale(request) && this.inFlight === undefined) return answers;
    const first = !this.#seen;
    this.#seen = true;
    const change = this.#subscription.replace(request.names);
    if (change.wildcard === "removed" || change.dropped.length > 0) this.#forgetUnwanted();
    if (first && this.#holdsEverything(request.version)) {
      return [{ kind: "held", resources: versionsOf(this.#ledger.told.values()) }];
    }
    for (const name of change.asked) this.#ledger.asked(name);
    if (change.wildcard === "added") {
      for (const name of this.#wanted()) this.#ledger.changed(name);
      this.#answerDue = true;
    }
    if (this.#options.fullState && change.asked.length > 0) this.#answerDue = true;
    return answers;
  }

  changed(names: ReadonlySet<string>): void {
    for (const name of names) {
      if (this.#subscription.covers(name)) this.#ledger.changed(name);
    }
  }

  resend(name: string): void {
    if (this.#subscription.covers(name)) this.#ledger.asked(name);
  }

  setAside(): void {
    this.#unanswered.setAside();
  }

  waiting(kind: keyof Permit): boolean {
    if (kind === "updates") return this.#ledger.has("update");
    return this.#options.fullState && this.#ledger.has("removal");
  }

  compose(permit: Permit, nonce: string): Response | undefined {
    if (this.inFlight || !permit.updates) return undefined;
    const collected = this.#options.fullState ? this.#collectAll(permit) : this.#collectDue();
    if (collected === undefined) return undefined;
    this.#answerDue = false;
    this.#lastNonce = nonce;
    const { resources, updates, removed } = collected;
    const inFlight = { nonce, resources: versionsOf(resources), removed };
    this.#unanswered.sent(inFlight);
    const { typeUrl } = this.#options;
    const bytes = DiscoveryResponse.encode({
      typeUrl,
      nonce,
      versionInfo: this.#version.toString(),
      resources: resources.map(({ body }) => ({ type_url: typeUrl, value: body })),
    }).finish();
    const assignments = updates.flatMap(({ assignment }) => assignment ?? []);
    return { typeUrl, bytes, inFlight, assignments };
  }

  /**
   * Such a client has not seen the latest response yet. It is not answered before it has; but what
   * it wanted meanwhile counts: a name that it dropped and named again must be answered again, and
   * its next request, with the old list, would not show that. A nonce that was never the latest
   * while something was on its way is no client's: that request is ignored.
   */
  #isStale({ nonce }: SotwRequest): boolean {
    return nonce !== "" && this.#lastNonce !== undefined && nonce !== this.#lastNonce;
  }

  /**
   * Whether the client already has, from an earlier stream, all that it could be sent. Where
   * responses are partial its version does not prove it: it may have lost the answer to a name it
   * asked for again.
   */
  #holdsEverything(version: string): boolean {
    if (version === "" || !this.#options.fullState || !this.#subscription.wildcard) return false;
    const resources = [...this.#wanted()].flatMap((name) => this.#stored(name) ?? []);
    for (const resource of resources) this.#tell(resource);
    if (this.#version.toString() === version) return true;
    for (const resource of resources) this.#forget(resource.name);
    return false;
  }

  *#wanted(): Iterable<string> {
    const { store, typeUrl } = this.#options;
    yield* this.#subscription.wildcard ? store.names(typeUrl) : this.#subscription.names;
  }

  #stored(name: string): Resource | undefined {
    return this.#options.store.get(this.#options.typeUrl, name);
  }

  #forgetUnwanted(): void {
    for (const name of [...this.#ledger.told.keys(), ...this.#ledger.due]) {
      if (!this.#subscription.covers(name)) this.#forget(name);
    }
  }

  /**
   * Everything wanted, if any of it changed. What no longer exists is kept in the answer as long as
   * removals are not permitted or its name is withheld: here, leaving it out is the removal. What was
   * sent on an earlier stream cannot be kept so, since its content is not known; a client that is to
   * keep withheld resources over a restart of the server has to use the delta variant.
   */
  #collectAll(permit: Permit): Collected | undefined {
    const update = this.#answerDue || this.#ledger.has("update");
    const removal = permit.removals && this.#ledger.has("removal");
    if (!update && !removal) return undefined;
    const gone = [...this.#ledger.told.keys()].filter((name) => this.#stored(name) === undefined);
    const { store, typeUrl } = this.#options;
    // What the client was sent of a name in quarantine is just what it refused.
    const leaves = (name: string) =>
      store.isHidden(typeUrl, name) ||
      permit.removals && this.#ledger.assess(name).kind === "removal";
    const removed = gone.filter(leaves);
    const kept = gone.flatMap((name) => leaves(name) ? [] : this.#ledger.told.get(name) ?? []);
    const resources = [...this.#wanted()].flatMap((name) => this.#stored(name) ?? []);
    const updates = resources.filter(({ name }) => this.#ledger.assess(name).kind === "update");
    for (const name of [...this.#ledger.due]) {
      if (this.#ledger.assess(name).kind !== "removal") this.#ledger.settle(name);
    }
    for (const resource of resources) this.#tell(resource);
    for (const name of removed) this.#forget(name);
    for (const { name } of kept) this.#ledger.repeated(name);
    return { resources: [...resources, ...kept], updates, removed };
  }

  /**
   * What changed of what is wanted. That something went, or is not there, cannot be said in this
   * variant: it stays due, so that it is sent when it comes (back), if it was asked for or changed.
   */
  #collectDue(): Collected | undefined {
    const resources: Resource[] = [];
    let bytes = 0;
    for (const name of this.#ledger.due) {
      const due = this.#ledger.assess(name);
      if (due.kind === "update") {
        const size = due.resource.body.length + due.resource.typeUrl.length + 24;
        if (bytes > 0 && bytes + size > this.#options.maxResponseBytes) break;
        bytes += size;
        resources.push(due.resource);
        this.#tell(due.resource);
      } else if (due.kind === "nothing") {
        this.#ledger.settle(name);
      }
    }
    if (resources.length === 0 && !this.#answerDue) return undefined;
    return { resources, updates: resources, removed: [] };
  }

  #tell(resource: Resource): void {
    const held = this.#ledger.told.get(resource.name);
    if (held?.version !== resource.version) {
      if (held) this.#version.remove(held.name, held.version);
      this.#version.add(resource.name, resource.version);
    }
    this.#ledger.tell(resource.name, resource);
  }

  #forget(name: string): void {
    const held = this.#ledger.told.get(name);
    if (held) this.#version.remove(name, held.version);
    this.#ledger.forget(name);
  }
}

function versionsOf(resources: Iterable<Resource | undefined>): Map<string, string> {
  const versions = new Map<string, string>();
  for (const resource of resources) if (resource) versions.set(resource.name, resource.version);
  return versions;
}
