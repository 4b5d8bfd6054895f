/**
 * One change after the other, at several servers that take turns.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { systemClock } from "../../base/clock.ts";
import { eventually } from "../../tools/process/eventually.ts";
import { residentMegabytes, threadMilliseconds } from "../measure/process_usage.ts";
import { type AdsClient, connectAds } from "./ads_client.ts";
import type { Variant } from "./ads_stream.ts";
import type { Contender } from "./contenders.ts";
import { ServerProcess } from "./server_process.ts";
import { type Change, changeAt } from "./trace.ts";

/** What is measured. */
export interface Setting {
  readonly variant: Variant;
  /** Clusters, each with an endpoint assignment. */
  readonly resources: number;
  /** Clients, each of which is given everything. */
  readonly streams: number;
}

/** How long it is measured. */
export interface Effort {
  /** Changes at each server. */
  readonly samples: number;
  /** Milliseconds after which fewer are enough: the large answers of some servers take their time. */
  readonly budget: number;
}

/** What the changes cost at one server. */
export interface ChangeCost {
  /** Milliseconds from the command to the arrival at each stream, for each change. */
  readonly latencies: readonly number[];
  /** Milliseconds of the server's CPU for a change, all streams together. */
  readonly cpu: number;
  /** Of a change on one stream, in both directions. */
  readonly bytes: number;
  /** MB, afterwards. */
  readonly resident: number;
}

/** Changes at one server before the next has its turn: what one leaves behind, such as garbage to
 * be collected, disturbs the others little. */
const turn = 10;

/** Changes at each server that are not counted: the runtime compiles what is hot. */
const warmUp = 100;

/** The same changes at each contender; their costs in the same order. */
export async function measureChanges(
  contenders: readonly Contender[],
  setting: Setting,
  { samples, budget }: Effort,
): Promise<ChangeCost[]> {
  await using stack = new AsyncDisposableStack();
  const subjects: Subject[] = [];
  for (const contender of contenders) {
    subjects.push(stack.use(await Subject.start(contender, setting)));
  }
  let number = await takeTurns(subjects, setting, 0, { samples: warmUp, budget: budget / 2 });
  for (const subject of subjects) await subject.beginCounting();
  number = await takeTurns(subjects, setting, number, { samples, budget });
  return await Promise.all(subjects.map((subject) => subject.cost()));
}

/** Returns the number of the change that comes next. */
async function takeTurns(
  subjects: readonly Subject[],
  { resources }: Setting,
  first: number,
  { samples, budget }: Effort,
): Promise<number> {
  const start = performance.now();
  let number = first;
  while (number < first + samples && (number === first || performance.now() - start < budget)) {
    for (const subject of subjects) {
      for (let index = 0; index < turn; index++) {
        await subject.change(changeAt(number + index, resources));
      }
    }
    number += turn;
  }
  return number;
}

/** A server and its clients. */
class Subject implements AsyncDisposable {
  #latencies: number[] = [];
  #changes = 0;
  #cpuBefore = 0;
  #bytesBefore = 0;

  private constructor(
    private readonly server: ServerProcess,
    private readonly clients: readonly AdsClient[],
  ) {}

  static async start(
    contender: Contender,
    { variant, resources, streams }: Setting,
  ): Promise<Subject> {
    await using stack = new AsyncDisposableStack();
    const server = stack.use(await ServerProcess.start(contender(resources)));
    const clients: AdsClient[] = [];
    const complete = (client: AdsClient) => {
      if (client.error) throw client.error;
      return client.complete >= resources;
    };
    // One after the other: a crowd at the start is not what is measured here.
    for (let index = 0; index < streams; index++) {
      const client = stack.use(connectAds(variant, server.address));
      clients.push(client);
      await eventually(() => complete(client), {
        deadline: 60_000,
        interval: 2,
        describe: `${resources} endpoint assignments (have ${client.complete})`,
      });
    }
    stack.move();
    return new Subject(server, clients);
  }

  /** Makes a change and waits until every client has got it. */
  async change(change: Change): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const arrivals: number[] = [];
    using listening = new DisposableStack();
    for (const client of this.clients) {
      let arrived = false;
      listening.use(client.onResponse(({ bytes, received }) => {
        if (arrived || !view(bytes).includes(change.address)) return;
        arrived = true;
        if (arrivals.push(received) === this.clients.length) resolve();
      }));
    }
    const late = () => {
      const errors = this.clients.flatMap(({ error }) => error ?? []).join("; ");
      reject(new Error(`${change.name}: ${arrivals.length} clients got the change ${errors}`));
    };
    listening.use(systemClock.timer(late, 60_000));
    const start = await this.server.change(change);
    await promise;
    this.#changes++;
    for (const at of arrivals) this.#latencies.push(at - start);
  }

  async beginCounting(): Promise<void> {
    this.#latencies = [];
    this.#changes = 0;
    this.#bytesBefore = this.#bytes();
    this.#cpuBefore = await threadMilliseconds(this.server.pid);
  }

  async cost(): Promise<ChangeCost> {
    const cpu = await threadMilliseconds(this.server.pid) - this.#cpuBefore;
    const bytes = this.#bytes() - this.#bytesBefore;
    return {
      latencies: this.#latencies,
      cpu: cpu / this.#changes,
      bytes: bytes / this.#changes / this.clients.length,
      resident: await residentMegabytes(this.server.pid),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.clients) client[Symbol.dispose]();
    await this.server[Symbol.asyncDispose]();
  }

  #bytes(): number {
    return this.clients.reduce((sum, client) => sum + client.bytes, 0);
  }
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
