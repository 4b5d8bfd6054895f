/**
 * The ports of one fleet: the core of the port table.
 *
 * @module
 */
import type { Clock } from "../base/clock.ts";
import { FreePorts } from "./free_ports.ts";
import { comparePrecedence, type PortOwner } from "./port_owner.ts";
import type { PortRange } from "./port_range.ts";

/** What came of a request for ports. Nothing is taken unless everything asked for is there. */
export type PortAllocation =
  | { readonly kind: "allocated"; readonly ports: readonly number[] }
  | {
    readonly kind: "exhausted";
    /** How many ports could have been given. */
    readonly free: number;
    /** The fleet may have no more than these, although the range has more. */
    readonly most?: number;
    /** Milliseconds until the next resting port is free, when one rests. */
    readonly retryAfter?: number;
  };

/** A port that an object asks for and another one, with precedence, is served on. */
export interface PortConflict {
  readonly port: number;
  /** `namespace/name` of the object that is served. */
  readonly holder: string;
}

/** What one object holds. */
interface Holding {
  owner: PortOwner;
  /** Reported by the object itself. */
  held: Set<number>;
  /** Allocated, and not reported yet. */
  pending: number[];
}

interface Resting {
  readonly port: number;
  /** Monotonic milliseconds. */
  readonly until: number;
}

/** What {@linkcode FleetPorts} needs to know. */
export interface FleetPortsOptions {
  readonly clock: Clock;
  readonly range: PortRange;
  /** Never handed out. */
  readonly reserved: ReadonlySet<number>;
  /** How long a freed port is not handed out again, milliseconds. */
  readonly rest: number;
  /** Ports that the fleet may have in use. */
  readonly most: () => number;
}

/** The ports of one fleet; see `PortTable` for what each method promises. */
export class FleetPorts {
  #range: PortRange;
  /** Made when the first port is asked for: of most fleets nobody asks after a change of the range. */
  #freePorts: FreePorts | undefined;
  readonly #holdings = new Map<string, Holding>();
  /** Every port in use, with the objects that claim it; nearly always one. */
  readonly #claims = new Map<number, Set<Holding>>();
  /** Freed ports in the order in which they become free; an entry no longer in `#restUntil` is void. */
  #resting: Resting[] = [];
  readonly #restUntil = new Map<number, number>();
  #cursor: number;
  /** The youngest object seen before the first allocation: the cursor starts behind its ports. */
  #youngest: PortOwner | undefined;
  #allocated = false;

  constructor(private readonly options: FleetPortsOptions) {
    this.#range = options.range;
    this.#cursor = options.range.first;
  }

  /** New ports come from `range` from now on; what is held, allocated or rests is left alone. */
  setRange(range: PortRange): void {
    this.#range = range;
    this.#freePorts = undefined;
  }

  hold(owner: PortOwner, ports: ReadonlySet<number>): void {
    const holding = this.#holding(owner);
    const previous = holding.held;
    holding.held = new Set(ports);
    holding.pending = holding.pending.filter((port) => !ports.has(port));
    for (const port of ports) this.#claim(holding, port);
    for (const port of previous) {
      if (!ports.has(port)) this.#release(holding, port);
    }
    this.#resume(owner, ports);
  }

  forget(name: string): void {
    const holding = this.#holdings.get(name);
    if (holding === undefined) return;
    this.#holdings.delete(name);
    for (const port of holding.held) this.#release(holding, port);
    for (const port of holding.pending) this.#release(holding, port);
  }

  allocate(owner: PortOwner, count: number, leaving: number): PortAllocation {
    this.#wake();
    const holding = this.#holding(owner);
    const missing = count - holding.pending.length;
    if (missing > this.#free.size) return this.#exhausted();
    const most = this.options.most();
    const free = Math.max(0, most - this.#claims.size + leaving);
    if (missing > free) return { kind: "exhausted", free, most };
    for (let taken = 0; taken < missing; taken++) this.#take(holding);
    // Fewer are wanted than an earlier attempt was given: the rest goes back.
    for (const port of holding.pending.splice(count)) this.#release(holding, port);
    return { kind: "allocated", ports: [...holding.pending] };
  }

  holder(port: number): PortOwner | undefined {
    let first: PortOwner | undefined;
    for (const { owner } of this.#claims.get(port) ?? []) {
      if (first === undefined || comparePrecedence(owner, first) < 0) first = owner;
    }
    return first;
  }

  conflicts(name: string): PortConflict[] {
    const conflicts: PortConflict[] = [];
    for (const port of this.#holdings.get(name)?.held ?? []) {
      const holder = this.holder(port)!.name;
      if (holder !== name) conflicts.push({ port, holder });
    }
    return conflicts;
  }

  get #free(): FreePorts {
    return this.#freePorts ??= this.#listFree();
  }

  #listFree(): FreePorts {
    const { first, last } = this.#range;
    const free = new FreePorts(first, last);
    for (let port = first; port <= last; port++) {
      const taken = this.#claims.has(port) || this.#restUntil.has(port);
      if (!taken && !this.options.reserved.has(port)) free.add(port);
    }
    return free;
  }

  #isInRange(port: number): boolean {
    return port >= this.#range.first && port <= this.#range.last;
  }

  #holding(owner: PortOwner): Holding {
    let holding = this.#holdings.get(owner.name);
    if (holding === undefined) {
      this.#holdings.set(owner.name, holding = { owner, held: new Set(), pending: [] });
    }
    holding.owner = owner;
    return holding;
  }

  #take(holding: Holding): void {
    const port = this.#free.next(this.#cursor)!;
    this.#cursor = port + 1;
    this.#allocated = true;
    holding.pending.push(port);
    this.#claim(holding, port);
  }

  #claim(holding: Holding, port: number): void {
    const claims = this.#claims.get(port);
    if (claims === undefined) this.#claims.set(port, new Set([holding]));
    else claims.add(holding);
    this.#freePorts?.delete(port);
    this.#restUntil.delete(port);
  }

  #release(holding: Holding, port: number): void {
    const claims = this.#claims.get(port);
    if (claims === undefined || !claims.delete(holding) || claims.size > 0) return;
    this.#claims.delete(port);
    if (this.options.reserved.has(port)) return;
    // One outside the range rests as well: the range may grow to it meanwhile.
    const until = this.options.clock.monotonic() + this.options.rest;
    this.#restUntil.set(port, until);
    this.#resting.push({ port, until });
  }

  /** Gives back the ports that have rested long enough. */
  #wake(): void {
    const now = this.options.clock.monotonic();
    let awake = 0;
    for (const { port, until } of this.#resting) {
      if (until > now) break;
      awake++;
      // Taken, and perhaps freed again, since: then another entry speaks for it.
      if (this.#restUntil.get(port) !== until) continue;
      this.#restUntil.delete(port);
      this.#freePorts?.add(port);
    }
    if (awake > 0) this.#resting = this.#resting.slice(awake);
  }

  #exhausted(): PortAllocation {
    const next = this.#resting.find(({ port, until }) =>
      this.#isInRange(port) && this.#restUntil.get(port) === until
    );
    const free = this.#free.size;
    if (next === undefined) return { kind: "exhausted", free };
    return { kind: "exhausted", free, retryAfter: next.until - this.options.clock.monotonic() };
  }

  /**
   * A new leader does not know which ports its predecessor freed a moment ago. It goes on where the
   * predecessor was: behind the ports of the youngest object.
   */
  #resume(owner: PortOwner, ports: ReadonlySet<number>): void {
    if (this.#allocated) return;
    if (this.#youngest !== undefined && comparePrecedence(owner, this.#youngest) < 0) return;
    const last = Math.max(...[...ports].filter((port) => this.#isInRange(port)));
    if (!Number.isFinite(last)) return;
    this.#youngest = owner;
    this.#cursor = last + 1;
  }
}
