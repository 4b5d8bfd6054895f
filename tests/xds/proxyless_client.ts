/**
 * A program: a gRPC client that is configured by xDS itself, through the gRPC authors' own client of
 * the protocol; no Envoy. Asks a service again and again, and prints each answer that is another
 * than the one before.
 *
 * Arguments: the target, as `xds:///web`. The bootstrap comes in `GRPC_XDS_BOOTSTRAP_CONFIG`.
 */
import { Buffer } from "node:buffer";
import { Client, credentials } from "@grpc/grpc-js";
import { register } from "@grpc/grpc-js-xds";
import { delay, systemClock } from "../../base/clock.ts";

register();
const client = new Client(Deno.args[0]!, credentials.createInsecure());

function ask(): Promise<string> {
  const deadline = Date.now() + 2_000;
  return new Promise((resolve) =>
    client.makeUnaryRequest(
      "/test.Identity/Get",
      (request: Buffer) => request,
      (answer: Buffer) => answer.toString(),
      Buffer.alloc(0),
      { deadline } as never,
      (error, answer) => resolve(error ? `error ${error.code} ${error.details}` : answer!),
    )
  );
}

let last: string | undefined;
for (;;) {
  const answer = await ask();
  if (answer !== last) await Deno.stdout.write(new TextEncoder().encode(`${answer}\n`));
  last = answer;
  await delay(systemClock, 20);
}
