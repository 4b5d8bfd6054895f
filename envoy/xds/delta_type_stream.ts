/**
 * One resource type on one stream, in the delta (incremental) variant.
 *
 * @module
 */
import { envoy } from "../proto/mod.ts";
import { type Due, Ledger, type Versioned } from "./ledger.ts";
import type { DeltaRequest } from "./request.ts";
import type { Resource } from "./resource.ts";
import type { Listening } from "./socket_pace.ts";
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

const { DeltaDiscoveryResponse } = envoy.service.discovery.v3;

/**
 * How far a client that was greeted is with what there was: some of it is `unsent`, or all is sent and
 * the last of it `unread`. What changes from then on does not count, or a busy fleet would keep it
 * loading for ever.
 */
type Load = "unsent" | "unread" | "done";

const none: ReadonlyMap<string, string> = new Map();

/** Where a listener listens that the client brought from an earlier stream, and that is gone. */
const unknown: Listening = { addresses: 1, protocol: "UDP" };

/** What a client is greeted with. */
const nothing = { resources: [], removed: [] };

/** Answers with what changed, and with the names of what went. */
export class DeltaTypeStream implements TypeStream<DeltaRequest> {
  readonly #options: TypeStreamOptions;
  readonly #subscription: Subscription;
  readonly #ledger: Ledger<Versioned>;
  readonly #unanswered = new Unanswered();
  #seen = false;
  /** A client that comes to want everything waits for an answer even if there is nothing. */
  #firstAnswerDue = false;
  #load: Load = "done";

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

  /** Here a nonce only matches answers; a stale one is no reason to ignore the subscription. */
  receive(request: DeltaRequest): readonly Answer[] {
    const answers = this.#unanswered.answer(request);
    for (const answer of answers) {
      if (answer.kind === "refused") this.#ledger.refused(answer.response.resources.keys());
    }
    if (answers.length > 0) this.#read();
    const first = !this.#seen;
    this.#seen = true;
    const subscribe = request.subscribe.map((name) => this.#shared(name));
    const change = this.#subscription.change(subscribe, request.unsubscribe);
    if (change.wildcard === "removed") this.#forgetUnnamed();
    const held = first ? this.#takeInitialVersions(request.initialVersions) : none;
    if (change.wildcard === "added") {
      this.#askEverything();
      this.#firstAnswerDue = held.size === 0;
    }
    for (const name of change.asked) {
      // Only the first request can say that the client still holds what it asks for.
      if (held.has(name)) this.#ledger.changed(name);
      else this.#ledger.asked(name);
    }
    for (const name of change.dropped) this.#drop(name);
    return held.size > 0 ? [{ kind: "held", resources: held }] : answers;
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
    this.#read();
  }

  waiting(kind: keyof Permit): boolean {
    if (kind === "removals") return this.#ledger.has("removal");
    if (this.#load === "unread") return true;
    return this.#mayOpen && this.#ledger.has("update");
  }

  compose(permit: Permit, nonce: string): Response | undefined {
    if (this.inFlight) return undefined;
    const greeting = this.#firstAnswerDue && this.#options.greets === true;
    if (greeting) this.#load = "unsent";
    const { resources, removed } = greeting ? nothing : this.#collect(permit);
    if (this.#load === "unsent" && !this.#ledger.has("update")) this.#load = "unread";
    const empty = resources.length === 0 && removed.length === 0;
    if (empty && !(this.#firstAnswerDue && permit.updates)) {
      this.#read();
      return undefined;
    }
    this.#firstAnswerDue = false;
    const versions = new Map(resources.map(({ name, version }) => [name, version]));
    const inFlight = { nonce, resources: versions, removed };
    this.#unanswered.sent(inFlight);
    return {
      typeUrl: this.#options.typeUrl,
      bytes: encode(this.#options.typeUrl, nonce, resources, removed),
      inFlight,
      assignments: resources.flatMap(({ assignment }) => assignment ?? []),
    };
  }

  /** The client has read what was in flight, if anything was. */
  #read(): void {
    if (this.inFlight === undefined && this.#load === "unread") this.#load = "done";
  }

  /**
   * What the client brought from an earlier stream. Names that are gone meanwhile come out as
   * removals: forgetting them would leave them in the client for ever.
   *
   * @returns all of it, with names that are shared.
   */
  #takeInitialVersions(versions: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
    const held = new Map<string, string>();
    for (const [sent, version] of versions) {
      const name = this.#shared(sent);
      const resource = this.#stored(name);
      const told = resource?.version === version ? resource : { version };
      held.set(name, told.version);
      if (!this.#subscription.covers(name)) continue;
      this.#ledger.tell(name, told);
      this.#ledger.changed(name);
    }
    return held;
  }

  /**
   * The store's own string for a name that came in a request: as many Envoys as there are would
   * otherwise keep as many copies of each name.
   */
  #shared(name: string): string {
    return this.#stored(name)?.name ?? name;
  }

  #stored(name: string): Resource | undefined {
    return this.#options.store.get(this.#options.typeUrl, name);
  }

  /**
   * A response may be on its way with names that were unsubscribed meanwhile; with the wildcard the
   * client will keep them after all, so it has to be told when they are gone.
   */
  #askEverything(): void {
    for (const [name, version] of this.inFlight?.resources ?? []) {
      if (!this.#ledger.told.has(name)) this.#ledger.tell(name, { version });
      this.#ledger.changed(name);
    }
    for (const name of this.#options.store.names(this.#options.typeUrl)) this.#ledger.changed(name);
  }

  /** A name that the wildcard still covers has to be answered, so that the client keeps it. */
  #drop(name: string): void {
    if (this.#subscription.wildcard) this.#ledger.asked(name);
    else this.#ledger.forget(name);
  }

  #forgetUnnamed(): void {
    const names = [...this.#ledger.told.keys(), ...this.#ledger.due];
    for (const name of names) {
      if (!this.#subscription.covers(name)) this.#ledger.forget(name);
    }
  }

  #collect(permit: Permit): { resources: Resource[]; removed: string[] } {
    const resources: Resource[] = [];
    const removed: string[] = [];
    const whole = this.#firstAnswerDue && this.#options.startsWhole === true;
    const limit = whole ? Infinity : this.#options.maxResponseBytes;
    let bytes = 0;
    for (const name of this.#ledger.due) {
      const due = this.#ledger.assess(name);
      const held = this.#ledger.told.get(name);
      const allowed = isPermitted(due, permit) && (whole || this.#mayOpen || !opens(due, held));
      const size = sizeOf(name, due);
      if (allowed && bytes > 0 && bytes + size > limit) break;
      if (due.kind === "nothing") this.#ledger.settle(name);
      if (!allowed) continue;
      bytes += size;
      if (due.kind === "update") resources.push(due.resource);
      else removed.push(name);
      this.#count(due, held);
      this.#ledger.tell(name, due.kind === "update" ? due.resource : undefined);
    }
    return { resources, removed };
  }

  /** Whether the client may open sockets. */
  get #mayOpen(): boolean {
    return this.#options.pace?.open ?? true;
  }

  /** Tells the pace what the client will let go of. What was held of old listeners is not known. */
  #count(due: Due, held: Versioned | undefined): void {
    const { pace } = this.#options;
    if (pace === undefined || held === undefined) return;
    if (due.kind === "removal") pace.removed(held.listening ?? unknown);
    if (due.kind !== "update" || !opens(due, held)) return;
    pace.changed(held.listening ?? due.resource.listening ?? unknown);
  }
}

/** Whether something is to be said, and may be. That a name does not exist may always be said. */
function isPermitted({ kind }: Due, permit: Permit): boolean {
  if (kind === "update") return permit.updates;
  return kind === "absent" || (kind === "removal" && permit.removals);
}

/**
 * Whether the client opens sockets for what it is told. What it is told again was counted then: one
 * that was refused with others for the sake of one of them has no reason to wait.
 */
function opens(due: Due, held: Versioned | undefined): boolean {
  return due.kind === "update" && due.resource.version !== held?.version;
}

/** An upper bound of what a name adds to a response: content, names (in UTF-8), and framing. */
function sizeOf(name: string, due: Due): number {
  const { body, typeUrl } = due.kind === "update" ? due.resource : { body: "", typeUrl: "" };
  return body.length + 3 * name.length + typeUrl.length + 48;
}

function encode(
  typeUrl: string,
  nonce: string,
  resources: readonly Resource[],
  removedResources: readonly string[],
): Uint8Array {
  return DeltaDiscoveryResponse.encode({
    typeUrl,
    nonce,
    resources: resources.map(({ name, version, body }) => ({
      name,
      version,
      resource: { type_url: typeUrl, value: body },
    })),
    removedResources,
  }).finish();
}
