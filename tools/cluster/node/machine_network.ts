/**
 * A network between machines, to which this one is connected too.
 *
 * @module
 */
import { type Random, systemRandom } from "../../../base/random.ts";
import { capture } from "../../binaries/capture.ts";
import { type Isolation, Machine } from "./machine.ts";

/**
 * `10.100` to `10.199`: Services are below it and pods above, and a network with the addresses of one
 * of those cannot be reached.
 */
const firstRange = 100;
const ranges = 100;

/**
 * One Ethernet segment with a /16 of addresses. The bridge is in a namespace of its own: on this
 * machine there is one interface, and it goes with the namespace.
 */
export class MachineNetwork implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  #ports = 0;
  /** This machine's interface to it. */
  readonly interface: string;

  private constructor(private readonly hub: Machine, private readonly prefix: string) {
    this.#stack.use(hub);
    // The kernel takes 15 characters; no two of our processes have one number.
    this.interface = `kubelb${hub.pid}`;
  }

  /** Makes the network; its addresses are chosen at random, so that several can exist. */
  static async create(random: Random = systemRandom): Promise<MachineNetwork> {
    const second = firstRange + Math.floor(random() * ranges);
    const hub = await Machine.start("switch", "network");
    const network = new MachineNetwork(hub, `10.${second}`);
    try {
      await run(hub, "ip", ["link", "add", "bridge", "type", "bridge"]);
      await run(hub, "ip", ["link", "set", "bridge", "up"]);
      await network.#connectThisMachine(network.interface);
      return network;
    } catch (error) {
      await network[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** This machine's address: what listens here is reached from all machines at it. */
  get ownAddress(): string {
    return this.address(1);
  }

  /** All addresses. */
  get range(): string {
    return `${this.prefix}.0.0/16`;
  }

  /** The address with this number. */
  address(number: number): string {
    return `${this.prefix}.${number >> 8}.${number & 255}`;
  }

  /** Starts a machine with that address; it ends with the network, or by itself before. */
  async machine(
    name: string,
    address: string,
    isolation: Isolation = "network",
    prepare?: string,
  ): Promise<Machine> {
    const machine = this.#stack.use(await Machine.start(name, isolation, prepare));
    const port = `port${++this.#ports}`;
    await ip([
      ...["link", "add", port, "netns", `${this.hub.pid}`, "type", "veth"],
      ...["peer", "name", "eth0", "netns", `${machine.pid}`],
    ]);
    await run(this.hub, "ip", ["link", "set", port, "master", "bridge", "up"]);
    await run(machine, "ip", ["link", "set", "lo", "up"]);
    await run(machine, "ip", ["address", "add", `${address}/16`, "dev", "eth0"]);
    await run(machine, "ip", ["link", "set", "eth0", "up"]);
    return machine;
  }

  /** Tells a machine by which other one a range is reached. */
  async route(machine: Machine, range: string, via: string): Promise<void> {
    await run(machine, "ip", ["route", "replace", range, "via", via]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The kernel would take it with the namespace, but some time later.
    await capture("ip", ["link", "delete", this.interface]);
    await this.#stack.disposeAsync();
  }

  async #connectThisMachine(name: string): Promise<void> {
    await ip([
      ...["link", "add", name, "type", "veth"],
      ...["peer", "name", "uplink", "netns", `${this.hub.pid}`],
    ]);
    await run(this.hub, "ip", ["link", "set", "uplink", "master", "bridge", "up"]);
    await ip(["address", "add", `${this.ownAddress}/16`, "dev", name]);
    await ip(["link", "set", name, "up"]);
  }
}

async function ip(args: readonly string[]): Promise<void> {
  await check("ip", args);
}

/** Runs a program inside a machine to its end. @throws Error with what it said. */
export async function run(
  machine: Machine,
  program: string,
  programArgs: readonly string[],
): Promise<string> {
  const { command, args } = machine.inside(program, programArgs);
  return await check(command, args);
}

async function check(command: string, args: readonly string[]): Promise<string> {
  const { ok, output } = await capture(command, args);
  if (!ok) throw new Error(`${command} ${args.join(" ")}: ${output}`);
  return output;
}
