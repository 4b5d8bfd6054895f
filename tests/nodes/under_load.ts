/**
 * Doing something while a client outside asks all the time.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Machine } from "../../tools/cluster/node/machine.ts";
import { type LoadResult, OutsideLoad, type Target } from "./outside_client.ts";

/** What became of the requests, by protocol. */
export interface LoadResults {
  readonly tcp: LoadResult;
  readonly udp: LoadResult;
}

/** Asks one address by TCP and UDP meanwhile: new connections, and datagrams from new ports. */
export async function underLoad(
  client: Machine,
  name: string,
  target: Omit<Target, "protocol">,
  action: () => Promise<void>,
): Promise<LoadResults> {
  const [tcp, udp] = await Promise.all(
    (["TCP", "UDP"] as const).map((protocol) =>
      OutsideLoad.start(client, `${name}-${protocol}`, { protocol, ...target })
    ),
  );
  const stop = async () => {
    const [first, second] = await Promise.all([tcp!.stop(), udp!.stop()]);
    return { tcp: first, udp: second };
  };
  try {
    await action();
  } catch (error) {
    await stop();
    throw error;
  }
  return await stop();
}

/** The same, when nothing may be lost. */
export async function withoutLoss(...args: Parameters<typeof underLoad>): Promise<void> {
  const { tcp, udp } = await underLoad(...args);
  assert.deepEqual({ tcp: tcp.lost, udp: udp.lost }, { tcp: [], udp: [] });
}
