/**
 * A tenant who creates, changes and deletes Services of type LoadBalancer all the time, and goes on
 * trying while an API server is away.
 *
 * @module
 */
import { delay, systemClock } from "../../base/clock.ts";
import { AdminError } from "../cluster/admin_client.ts";
import { ask } from "../demo/answers.ts";
import type { ServicePort } from "../installation/tenant_cluster.ts";
import type { World } from "../installation/world.ts";
import { eventually } from "../process/eventually.ts";
import { type Change, fillCount } from "./churn_plan.ts";

/** How the churn goes about it. */
export interface ChurnOptions {
  readonly plan: Iterator<Change, never>;
  /** As the plan's. */
  readonly size: number;
  /** Milliseconds between the beginning of two changes. */
  readonly interval: number;
}

/** Milliseconds until a change must be done, outages of its API server included. */
const patience = 180_000;

/** Changes under way at once; a person's patience with `kubectl apply` ends, too. */
const parallel = 24;

/** Milliseconds: as much as a TCP request gets. On a busy machine a late answer is no lost one. */
export const datagramDeadline = 2_000;

/** A Service of type LoadBalancer, as the tenant sees it. */
class Balancer {
  /** `new` until it has answered once; `ending` from the moment before its deletion is asked for. */
  state: "new" | "serving" | "ending" = "new";
  address = "";
  extraPort: number | undefined;
  restricted = false;
  /** The last of its changes: one follows the other. */
  last: Promise<void> = Promise.resolve();
  readonly name: string;
  readonly protocol: "TCP" | "UDP";

  constructor(number: number) {
    this.name = `lb-${number}`;
    this.protocol = number % 4 === 3 ? "UDP" : "TCP";
  }

  ports(): ServicePort[] {
    const { protocol, extraPort } = this;
    const main = { name: "main", protocol, port };
    return extraPort === undefined ? [main] : [main, { name: "extra", protocol, port: extraPort }];
  }
}

const port = 8080;
const path = "/api/v1/namespaces/default/services";

/** Owner of the churned Services. */
export class Churn {
  readonly #alive = new Map<number, Balancer>();
  readonly #running = new Set<Promise<void>>();
  #next = 0;
  #extraPorts = 0;
  /** How many changes were asked for, by kind. */
  readonly counts: Record<Change["kind"], number> = { create: 0, ports: 0, ranges: 0, delete: 0 };
  /** Milliseconds from each creation to the first answer. */
  readonly waits: number[] = [];
  /** What did not come true within {@linkcode patience}; one line each. */
  readonly failures: string[] = [];

  constructor(private readonly world: World, private readonly options: ChurnOptions) {}

  /** How many there are. */
  get size(): number {
    return this.#alive.size;
  }

  /** Creates those that are there before anything else happens, and waits until they answer. */
  async fill(): Promise<void> {
    for (let count = fillCount(this.options.size); count > 0; count--) await this.#step();
    await this.quiet();
  }

  /** Changes at a steady rate until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#step();
      await delay(systemClock, this.options.interval, signal).catch(() => {});
    }
  }

  /** Waits until every change is done and everything that there should be has answered. */
  async quiet(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /**
   * Asks the next of those that serve: who answered. Undefined when there is none, or when it is
   * being deleted by the time the answer fails.
   */
  async askNext(protocol: Balancer["protocol"]): Promise<string | undefined> {
    const serving = [...this.#alive.values()].filter((balancer) =>
      balancer.state === "serving" && balancer.protocol === protocol
    );
    const balancer = serving[this.#next++ % serving.length];
    return balancer && await this.#ask(balancer);
  }

  /** Asks each once; what is wrong, one line for each that does not answer. */
  async askAll(): Promise<{ readonly asked: number; readonly silent: readonly string[] }> {
    const silent: string[] = [];
    for (const balancer of this.#alive.values()) {
      await this.#ask(balancer).catch((error) => silent.push(String(error)));
    }
    return { asked: this.#alive.size, silent };
  }

  /** Deletes all of them and waits until they are gone. */
  async deleteAll(): Promise<void> {
    for (const number of [...this.#alive.keys()]) this.#start({ kind: "delete", number });
    await this.quiet();
  }

  async #ask(balancer: Balancer): Promise<string | undefined> {
    try {
      return await ask(balancer.protocol, balancer.address, port, datagramDeadline);
    } catch (cause) {
      if (balancer.state === "ending") return undefined;
      throw new Error(`${balancer.name} at ${balancer.address}: ${cause}`, { cause });
    }
  }

  async #step(): Promise<void> {
    while (this.#running.size >= parallel) await Promise.race(this.#running);
    this.#start(this.options.plan.next().value);
  }

  #start(change: Change): void {
    const { kind, number } = change;
    this.counts[kind]++;
    const balancer = this.#alive.get(number) ?? new Balancer(number);
    if (kind === "create") this.#alive.set(number, balancer);
    if (kind === "delete") this.#alive.delete(number);
    const before = balancer.last;
    balancer.last = this.#own(`${kind} of ${balancer.name}`, async () => {
      await before;
      await this.#perform(kind, balancer);
    });
  }

  #own(what: string, work: () => Promise<void>): Promise<void> {
    const owned = work()
      .catch((error) => void this.failures.push(`${what}: ${error}`))
      .finally(() => this.#running.delete(owned));
    this.#running.add(owned);
    return owned;
  }

  async #perform(kind: Change["kind"], balancer: Balancer): Promise<void> {
    switch (kind) {
      case "create": {
        await this.#apply(balancer, ["main"]);
        // Not waited for: what is deleted before it is served must go, too.
        this.#own(`first answer of ${balancer.name}`, () => this.#awaitAnswer(balancer));
        return;
      }
      case "ports":
        // A port is never used twice, so that the port table can tell a new one from a moved one.
        balancer.extraPort = balancer.extraPort === undefined
          ? 9_000 + this.#extraPorts++ % 50_000
          : undefined;
        return await this.#apply(balancer, ["extra"]);
      case "ranges":
        balancer.restricted = !balancer.restricted;
        return await this.#apply(balancer, []);
      case "delete":
        balancer.state = "ending";
        return await this.#delete(balancer);
    }
  }

  /** Writes the Service, and starts backends for the ports of these names. */
  async #apply(balancer: Balancer, fresh: readonly string[]): Promise<void> {
    const { name, restricted } = balancer;
    const spec = restricted ? { loadBalancerSourceRanges: ["127.0.0.0/8"] } : {};
    const { tenant, network, backends } = this.world;
    const service = await this.#persist(
      `Service ${name} to be written`,
      async () => {
        await this.#ready();
        return await tenant.createService(name, balancer.ports(), spec);
      },
    );
    const ports = service.spec.ports.filter((port) => fresh.includes(port.name ?? ""));
    for (const number of [1, 2]) {
      await backends.start(`node-${number}`, network.nodeAddress(number), ports);
    }
  }

  async #awaitAnswer(balancer: Balancer): Promise<void> {
    const { name, protocol } = balancer;
    const start = systemClock.monotonic();
    const ended = () => balancer.state === "ending" && "ended";
    await this.#persist(`an address of Service ${name}`, async () => {
      if (ended()) return "ended";
      const { status } = await this.world.tenant.service(name);
      return balancer.address = status?.loadBalancer?.ingress?.[0]?.ip ?? "";
    });
    await this.#persist(
      `an answer of Service ${name}`,
      async () => ended() || await ask(protocol, balancer.address, port),
    );
    if (ended()) return;
    this.waits.push(systemClock.monotonic() - start);
    balancer.state = "serving";
  }

  async #delete(balancer: Balancer): Promise<void> {
    const { admin } = this.world.tenant.plane;
    await this.#persist(`Service ${balancer.name} to be gone`, async () => {
      // Again and again: it is deleted once, and then this is the question whether it is gone.
      const gone = (error: unknown) => {
        if (error instanceof AdminError && error.status === 404) return true;
        throw error;
      };
      await this.#ready();
      return await admin.request("DELETE", `${path}/${balancer.name}`).then(() => false, gone);
    });
  }

  /**
   * An API server that has just been started first compares all Services with the node ports in use.
   * Whoever writes Services meanwhile makes it begin again, and after a minute it gives up and ends:
   * a load balancer in front of API servers asks them, too, before it sends anybody there.
   */
  async #ready(): Promise<void> {
    await this.world.tenant.plane.admin.request("GET", "/readyz");
  }

  #persist<T>(describe: string, action: () => Promise<T>) {
    return eventually(action, { deadline: patience, describe, interval: 300 });
  }
}
