/**
 * A program: opens streams to the xDS server at a port, and reads some responses on each. Then it
 * closes them, or exits with every stream and connection still open.
 *
 * Arguments: port, number of connections, responses to read on each, `close` or `vanish`.
 */
import { typeUrls } from "../../envoy/proto/mod.ts";
import { GrpcClient } from "./grpc_client.ts";

const [port, connections, responses] = Deno.args.map(Number) as [number, number, number];
const ending = Deno.args[3];
const typeUrl = typeUrls.endpoint;

async function talk(): Promise<void> {
  const client = new GrpcClient(port);
  const stream = client.delta();
  stream.send({ node: { id: "churn" }, typeUrl, resourceNamesSubscribe: ["web"] });
  for (let i = 0; i < responses; i++) {
    const { nonce } = await stream.read();
    stream.send({ typeUrl, responseNonce: nonce });
  }
  if (ending === "vanish") return;
  stream[Symbol.dispose]();
  client[Symbol.dispose]();
}

await Promise.all(Array.from({ length: connections }, talk));
Deno.exit(0);
