/**
 * One store, one stream, one client, and a line between them that delivers when it is told to.
 *
 * @module
 */
import assert from "node:assert/strict";
import { DiscoveryStream } from "../discovery_stream.ts";
import { isFullState, type Protocol } from "../protocol.ts";
import type { RequestHeader } from "../request.ts";
import { ResourceStore } from "../resource_store.ts";
import type { Response } from "../type_stream.ts";
import type { ClientModel } from "./client_model.ts";
import type { Said } from "./requests.ts";

type SaidOfType = Pick<Said, "resources" | "removed">;

/**
 * Runs a client model against the server's core, and checks of every response that it has a cause
 * and that its type has no other unanswered.
 */
export class Simulation<Request extends RequestHeader> {
  #store = new ResourceStore("fleet");
  /** Reads of the client that do not happen: it is stopped, or the line is. */
  #stalled = 0;
  #stream: DiscoveryStream<Request>;
  /** Responses that the client has not read. */
  #line: Response[] = [];
  #unanswered = new Set<string>();
  #sent: Sent;

  constructor(
    private readonly protocol: Protocol<Request>,
    readonly client: ClientModel<Request>,
    private readonly readResponse: (response: Response) => SaidOfType,
  ) {
    this.#sent = new Sent(protocol.variant === "sotw");
    this.#stream = this.#newStream();
    this.#listen();
    this.reconnect(false);
  }

  /** What the server serves from. */
  get store(): ResourceStore {
    return this.#store;
  }

  /** Delivers a request of the client. */
  request(request: Request): void {
    this.#stream.receive(request);
  }

  subscribe(typeUrl: string, name: string): void {
    this.#sent.asked(typeUrl, name);
    this.request(this.client.subscribe(typeUrl, name));
  }

  unsubscribe(typeUrl: string, name: string): void {
    const request = this.client.unsubscribe(typeUrl, name);
    if (request) this.request(request);
    this.#sent.asked(typeUrl, name);
  }

  /** The server sends one response, if it has one. */
  send(): boolean {
    const response = this.#stream.next();
    if (response === undefined) return false;
    const { typeUrl } = response;
    assert(!this.#unanswered.has(typeUrl), "one unanswered response per type");
    this.#unanswered.add(typeUrl);
    const said = this.readResponse(response);
    if (this.protocol.variant === "delta") this.#assertWanted(typeUrl, said);
    this.#sent.record(typeUrl, said, response.assignments);
    this.#line.push(response);
    return true;
  }

  /** The client reads one response, if there is one. */
  read(accept: boolean): boolean {
    if (this.#stalled > 0) {
      this.#stalled--;
      return false;
    }
    const response = this.#line.shift();
    if (response === undefined) return false;
    this.#unanswered.delete(response.typeUrl);
    if (!accept) this.#sent.refused(response.typeUrl, this.readResponse(response));
    this.request(this.client.read(response, accept));
    return true;
  }

  reconnect(keep: boolean): void {
    this.#stream = this.#newStream();
    this.#line = [];
    this.#unanswered = new Set();
    this.#sent = new Sent(this.protocol.variant === "sotw");
    for (const request of this.client.reconnect(keep)) this.request(request);
  }

  /** The client does not read where it would have read `reads` times. */
  stall(reads: number): void {
    this.#stalled = reads;
  }

  /** Another server takes the place of this one; all it knows is what it serves. */
  restart(store: ResourceStore, keep: boolean): void {
    this.#store = store;
    this.#listen();
    this.reconnect(keep);
  }

  /** The stream is no longer in its first moments. */
  settle(): void {
    this.#stream.settle();
  }

  /** Until nobody has anything to say. */
  finish(): void {
    this.settle();
    this.#stalled = 0;
    for (let round = 0; this.send() || this.read(true); round++) {
      assert(round < 10_000, "the conversation does not end");
    }
  }

  /** State of the world ignores requests that are out of date, and may send what they dropped. */
  #assertWanted(typeUrl: string, { resources, removed }: SaidOfType): void {
    for (const name of [...Object.keys(resources), ...removed]) {
      assert(this.client.covers(typeUrl, name), `${name} is wanted`);
    }
  }

  #listen(): void {
    const store = this.#store;
    store.subscribe((change) => {
      if (store === this.#store) this.#stream.changed(change);
    });
  }

  #newStream(): DiscoveryStream<Request> {
    return new DiscoveryStream({
      protocol: this.protocol,
      store: this.store,
      maxResponseBytes: 200,
    });
  }
}

/** What a stream has sent, to find responses without a cause. */
class Sent {
  readonly #contents = new Map<string, string | undefined>();
  readonly #asked = new Set<string>();
  readonly #refused = new Set<string>();
  readonly #types = new Set<string>();

  /** @param silent whether a response cannot say of a name that it does not exist. */
  constructor(private readonly silent: boolean) {}

  asked(typeUrl: string, name: string): void {
    // A wildcard that comes or goes concerns every name.
    const concerned = name === "*" ? [...this.#contents.keys()] : [];
    for (const key of concerned) if (key.startsWith(`${typeUrl} `)) this.#contents.delete(key);
    this.#asked.add(`${typeUrl} ${name}`);
  }

  /** What the client refused may be sent again with the next change that concerns it. */
  refused(typeUrl: string, { resources, removed }: SaidOfType): void {
    for (const name of [...Object.keys(resources), ...removed]) {
      this.#refused.add(`${typeUrl} ${name}`);
    }
  }

  record(
    typeUrl: string,
    { resources, removed }: SaidOfType,
    assignments: readonly string[],
  ): void {
    const said: [string, string | undefined][] = [
      ...Object.entries(resources),
      ...removed.map((name): [string, undefined] => [name, undefined]),
    ];
    const fresh = said.filter(([name, content]) => this.#isNews(`${typeUrl} ${name}`, content));
    const first = !this.#types.has(typeUrl) || this.#asked.delete(`${typeUrl} *`);
    const absence = this.silent && isFullState(typeUrl) && this.#saysAbsence(typeUrl, resources);
    const cause = fresh.length > 0 || first || absence;
    assert(cause, "a response has a cause");
    this.#types.add(typeUrl);
    for (const [name, content] of said) {
      this.#contents.set(`${typeUrl} ${name}`, content);
      this.#asked.delete(`${typeUrl} ${name}`);
      this.#refused.delete(`${typeUrl} ${name}`);
    }
    for (const name of assignments) this.#asked.add(`${endpointType} ${name}`);
  }

  #isNews(key: string, content: string | undefined): boolean {
    if (this.#refused.has(key)) return true;
    return this.#asked.has(key) || !this.#contents.has(key) || this.#contents.get(key) !== content;
  }

  /** A full state says by leaving something out that it is gone, or never was. */
  #saysAbsence(typeUrl: string, resources: Readonly<Record<string, string>>): boolean {
    const isAbsent = (key: string) => {
      const [type, name] = key.split(" ");
      return type === typeUrl && !(name! in resources);
    };
    const gone = [...this.#contents.keys()].filter(isAbsent);
    const missing = [...this.#asked].filter(isAbsent);
    for (const key of gone) this.#contents.delete(key);
    for (const key of missing) this.#asked.delete(key);
    return gone.length + missing.length > 0;
  }
}

const endpointType = "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment";
