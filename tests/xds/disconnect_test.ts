/**
 * Clients that vanish: on some releases of Deno they abort the process of a `node:http2` server,
 * and no code of the server can catch that. A short form of the recipe that shows it.
 *
 * One round is enough from day to day. Before another release of Deno is taken into use, run
 * `deno task disconnects`, which runs 40: one release passed 19 of 20.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { eventually, Sandbox } from "../harness/mod.ts";
import { testOnEach } from "./transports.ts";

const server = fileURLToPath(new URL("churn_server.ts", import.meta.url));
const client = fileURLToPath(new URL("churn_client.ts", import.meta.url));

const rounds = Number(Deno.env.get("XDS_DISCONNECT_ROUNDS") ?? 1);

/** Connections and responses on each, one program after the other. */
const recipe = [[1, 400], [30, 10], [60, 2], [1, 400]] as const;

testOnEach(
  "the server survives clients that exit with all their streams open",
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
  for (const [step, [connections, responses]] of recipe.entries()) {
    const one = await deno(`client-${step}`, client, port, `${connections}`, `${responses}`);
    const { code } = await one.exited();
    assert.equal(code, 0, await one.logTail());
  }
  assert(process.running, await process.logTail());
}
