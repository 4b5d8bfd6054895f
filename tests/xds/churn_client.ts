/**
 * A program: opens streams to the xDS server at a port, reads some responses on each, and exits
 * with every stream and connection still open.
 *
 * Arguments: port, number of connections, responses to read on each.
 */
import { typeUrls } from "../../envoy/proto/mod.ts";
import { GrpcClient } from "./grpc_client.ts";

const [port, connections, responses] = Deno.args.map(Number) as [number, number, number];
const typeUrl = typeUrls.endpoint;

async function talk(): Promise<void> {
  const stream = new GrpcClient(port).delta();
  stream.send({ node: { id: "churn" }, typeUrl, resourceNamesSubscribe: ["web"] });
  for (let i = 0; i < responses; i++) {
    const { nonce } = await stream.read();
    stream.send({ typeUrl, responseNonce: nonce });
  }
}

await Promise.all(Array.from({ length: connections }, talk));
Deno.exit(0);
