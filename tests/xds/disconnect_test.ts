/**
 * Clients that leave or vanish: on some releases of Deno they abort the process of a `node:http2`
 * server, and no code of the server can catch that.
 *
 * One short round is enough from day to day. Before another release of Deno is taken into use, run
 * `deno task disconnects`: 40 rounds of the whole recipe. That it passes is no proof: whether such a
 * release aborts depends on the machine too (2.9.6 did in 24 of 30 runs elsewhere, and in none of 23
 * where this was written). So releases that were ever seen to abort stay refused at start.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { eventually, Sandbox } from "../harness/mod.ts";
import { testOnEach } from "./transports.ts";

const server = fileURLToPath(new URL("churn_server.ts", import.meta.url));
const client = fileURLToPath(new URL("churn_client.ts", import.meta.url));

const rounds = Number(Deno.env.get("XDS_DISCONNECT_ROUNDS") ?? 1);

/** Connections, responses on each, and how they end; one program after the other. */
const recipe = rounds > 1
  ? [[1, 2000, "close"], [100, 50, "close"], [200, 2, "vanish"], [1, 2000, "close"]] as const
  : [[1, 400, "close"], [30, 10, "close"], [60, 2, "vanish"], [1, 400, "vanish"]] as const;

testOnEach(
  "the server survives clients that leave, and clients that exit with all their streams open",
  async (transport) => {
    // A server of its own each time: what is wrong in its memory may show at the first exit or never.
    for (let round = 0; round < rounds; round++) await disconnectClients(transport.name);
  },
);

async function disconnectClients(transport: string): Promise<void> {
  await using sandbox = await Sandbox.create("xds-disconnect");
  const deno = (name: string, script: string, ...args: string[]) =>
    sandbox.start({ name, command: Deno.execPath(), args: ["run", "-A", script, ...args] });
  const process = await deno("server", server, transport);
  const port = await eventually(async () => (await process.log()).match(/port (\d+)/)?.[1]);
  for (const [step, args] of recipe.entries()) {
    const one = await deno(`client-${step}`, client, port, ...args.map(String));
    const { code } = await one.exited();
    assert.equal(code, 0, await one.logTail());
  }
  assert(process.running, await process.logTail());
}
