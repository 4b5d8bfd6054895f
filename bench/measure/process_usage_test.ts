import assert from "node:assert/strict";
import { cpuMilliseconds, residentMegabytes } from "./process_usage.ts";

Deno.test("the usage of a process is what the system knows of it", async () => {
  const megabytes = await residentMegabytes(Deno.pid);
  const own = Deno.memoryUsage().rss / 1e6;
  assert.ok(Math.abs(megabytes - own) < own / 2, `${megabytes} against ${own}`);
  const before = await cpuMilliseconds(Deno.pid);
  const deadline = performance.now() + 100;
  while (performance.now() < deadline);
  const used = await cpuMilliseconds(Deno.pid) - before;
  assert.ok(used >= 50 && used < 1000, `${used} ms of CPU in 100 ms`);
});
