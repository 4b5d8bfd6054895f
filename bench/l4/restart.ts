/**
 * The manager is killed and started again.
 *
 * @module
 */
import { changeOne, connect } from "./endpoint_change.ts";
import { formatMilliseconds, type Row } from "./row.ts";
import type { World } from "./world.ts";

/** Kill -9, start, until a client that begins with nothing and one that reconnects are served. */
export async function measureRestart(world: World, tenant: string, count: number): Promise<Row[]> {
  const { manager } = world.hub;
  using before = await connect(world, tenant, count);
  await manager.kill("SIGKILL");
  const start = performance.now();
  await manager.start();
  await manager.waitReady();
  const ready = performance.now() - start;

  using _fresh = await connect(world, tenant, count);
  const complete = performance.now() - start;

  using again = await world.connectEnvoy(tenant, before);
  // Nothing changed, so nothing may come; a change that arrives shows that nothing is under way.
  await changeOne(world, again, tenant, "lb-0");
  return [
    {
      figure: `restart with ${count.toLocaleString("en")}: first complete answer`,
      upstream: "1.15 s",
      aim: "≤ 2 s",
      ours: `${formatMilliseconds(complete)} (ready ${formatMilliseconds(ready)})`,
    },
    {
      figure: "restart: resources sent without changed content",
      upstream: "1,000 pushes of everything",
      aim: "0",
      ours: String(again.traffic.unchanged),
    },
  ];
}
