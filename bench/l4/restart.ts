/**
 * The manager is killed and started again.
 *
 * @module
 */
import { changeOne, connect } from "./endpoint_change.ts";
import { cpuMilliseconds } from "../measure/process_usage.ts";
import { formatMilliseconds, type Row } from "./row.ts";
import type { World } from "./world.ts";

/**
 * Kill -9, start, until a client that begins with nothing is served. Another one, which has
 * everything, reconnects as soon as it can: nothing changed, so nothing may come.
 */
export async function measureRestart(world: World, tenant: string, count: number): Promise<Row[]> {
  const { manager } = world.hub;
  using before = await connect(world, tenant, count);
  await manager.kill("SIGKILL");
  using again = await world.connectEnvoy(tenant, before);
  const start = performance.now();
  await manager.start();
  await manager.waitReady();
  const ready = performance.now() - start;

  using _fresh = await connect(world, tenant, count);
  const complete = performance.now() - start;
  // On a busy machine this says more than the time.
  const cpu = await cpuMilliseconds(world.managerPid);

  // A change that arrives shows that the one which reconnected is served.
  await changeOne(world, again, tenant, "lb-0");
  const { unchanged, removed } = again.traffic;
  return [
    {
      figure: `restart with ${count.toLocaleString("en")}: first complete answer`,
      upstream: count === 1_000 ? "1.15 s" : "–",
      aim: count > 1_000 ? "≤ 10 s" : "≤ 2 s",
      ours: `${formatMilliseconds(complete)} ` +
        `(ready ${formatMilliseconds(ready)}; manager CPU ${formatMilliseconds(cpu)})`,
    },
    {
      figure: "restart: resources sent without changed content; removals in between",
      upstream: "1,000 pushes of everything",
      aim: "0; 0",
      ours: `${unchanged}; ${removed}`,
    },
  ];
}
