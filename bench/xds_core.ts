/**
 * The xDS server alone, over loopback gRPC: one endpoint changes among many, set → acknowledged.
 *
 * `deno run -A bench/xds_core.ts`. Client and server share one process, so the times hold both.
 *
 * @module
 */
import { silentLogger } from "../base/logger.ts";
import { typeUrls } from "../envoy/proto/mod.ts";
import { ResourceStores, XdsServer } from "../envoy/xds/mod.ts";
import { GrpcClient } from "../tests/xds/grpc_client.ts";
import { named } from "../tests/xds/resources.ts";
import { percentile } from "./measure/percentile.ts";
import { renderTable } from "./measure/table.ts";

const typeUrl = typeUrls.endpoint;
const rounds = 300;
/** Rounds that are not counted: the runtime compiles what is hot. */
const warmUp = 100;

async function measure(variant: "delta" | "sotw", count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, i) => `tenant-a/lb-${i}/TCP/80`);
  const stores = new ResourceStores();
  const store = stores.get("tenant-a");
  for (const name of names) store.set(name, [named(typeUrl, name, 1)]);
  stores.markSynced();
  let acknowledged = () => {};
  await using server = new XdsServer({
    stores,
    authorize: () => ({ fleet: "tenant-a" }),
    log: silentLogger,
    onAcknowledged: () => acknowledged(),
  });
  using client = new GrpcClient(await server.listen("127.0.0.1:0"));
  using session = variant === "delta" ? deltaSession(client, names) : sotwSession(client, names);
  await session.readAll(count);
  const times: number[] = [];
  let bytes = 0;
  for (let round = 0; round < warmUp + rounds; round++) {
    const name = names[round % count]!;
    const before = session.received();
    const { promise, resolve } = Promise.withResolvers<void>();
    acknowledged = resolve;
    const start = performance.now();
    store.set(name, [named(typeUrl, name, 2 + round)]);
    await session.readAll(1);
    await promise;
    if (round >= warmUp) times.push(performance.now() - start);
    bytes = session.received() - before;
  }
  const milliseconds = [0.5, 0.99].map((share) => percentile(times, share).toFixed(2));
  return [variant, String(count), ...milliseconds, String(bytes)];
}

interface Client extends Disposable {
  /** Reads and acknowledges until this many resources have come. */
  readAll(count: number): Promise<void>;
  /** Bytes so far. */
  received(): number;
}

const node = { id: "tenant-a" };

function deltaSession(client: GrpcClient, names: string[]): Client {
  const stream = client.delta();
  stream.send({ node, typeUrl, resourceNamesSubscribe: names });
  return {
    received: () => stream.received,
    async readAll(count) {
      for (let left = count; left > 0;) {
        const { nonce, resources } = await stream.read();
        stream.send({ typeUrl, responseNonce: nonce });
        left -= resources.length;
      }
    },
    [Symbol.dispose]: () => stream[Symbol.dispose](),
  };
}

function sotwSession(client: GrpcClient, resourceNames: string[]): Client {
  const stream = client.sotw();
  stream.send({ node, typeUrl, resourceNames });
  return {
    received: () => stream.received,
    async readAll(count) {
      for (let left = count; left > 0;) {
        const { nonce, versionInfo, resources } = await stream.read();
        stream.send({ typeUrl, resourceNames, versionInfo, responseNonce: nonce });
        left -= resources.length;
      }
    },
    [Symbol.dispose]: () => stream[Symbol.dispose](),
  };
}

const rows: string[][] = [];
for (const variant of ["delta", "sotw"] as const) {
  for (const count of [1, 100, 1000, 10_000]) rows.push(await measure(variant, count));
}
const header = ["variant", "endpoints", "p50 ms", "p99 ms", "bytes"];
const text = renderTable(header, rows);
Deno.stdout.writeSync(new TextEncoder().encode(text));
