/**
 * The clients of a run: on two Services that nobody changes, and on those that are changed all the
 * time.
 *
 * @module
 */
import type { PublishedService } from "../installation/world.ts";
import { HeldConnection } from "../load/held_connection.ts";
import { type LoadRequests, type LoadTarget, SteadyLoad } from "../load/steady_load.ts";
import type { LoadResult } from "./account.ts";
import { type Churn, datagramDeadline } from "./churn.ts";

/** Milliseconds between two requests of a load. */
const intervals = { steady: 20, held: 250, churned: 50 };

/** Connections that are opened once and used all the time. */
const heldConnections = 4;

interface NamedLoad {
  readonly name: string;
  readonly protocol: "TCP" | "UDP";
  readonly load: SteadyLoad;
}

/** Asks from the moment it exists until it is stopped. */
export class Traffic {
  readonly #loads: NamedLoad[] = [];
  readonly #connections = new DisposableStack();

  constructor(tcp: PublishedService, udp: PublishedService, churn: Churn) {
    const interval = intervals.steady;
    this.#add("new TCP connections", "TCP", { ...tcp, interval });
    this.#add("UDP datagrams", "UDP", { ...udp, interval, datagramDeadline });
    for (let number = 1; number <= heldConnections; number++) {
      this.#add(`held TCP connection ${number}`, "TCP", this.#held(tcp));
    }
    for (const protocol of ["TCP", "UDP"] as const) {
      const request = () => churn.askNext(protocol);
      this.#add(`${protocol}, churned Services`, protocol, {
        request,
        interval: intervals.churned,
      });
    }
  }

  /** Waits for the requests under way. */
  async stop(): Promise<LoadResult[]> {
    await Promise.all(this.#loads.map(({ load }) => load.stop()));
    this.#connections[Symbol.dispose]();
    return this.#loads.map(({ name, protocol, load: { sent, lost } }) => {
      return { name, protocol, sent, lost };
    });
  }

  #add(name: string, protocol: NamedLoad["protocol"], target: LoadTarget | LoadRequests): void {
    this.#loads.push({ name, protocol, load: new SteadyLoad(target) });
  }

  /** Echoes on one connection, one after another; opens another when it has been lost. */
  #held({ address, port }: PublishedService): LoadRequests {
    let connection: HeldConnection | undefined;
    let busy = false;
    const request = async () => {
      if (busy) return undefined;
      busy = true;
      try {
        connection ??= this.#connections.use(await HeldConnection.open(address, port));
        await connection.echo("still there");
        return "echo";
      } catch (error) {
        connection?.[Symbol.dispose]();
        connection = undefined;
        throw error;
      } finally {
        busy = false;
      }
    };
    return { request, interval: intervals.held };
  }
}
