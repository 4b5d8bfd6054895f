import assert from "node:assert/strict";
import { cpuMilliseconds, residentMegabytes, threadMilliseconds } from "./process_usage.ts";

Deno.test("the usage of a process is what the system knows of it", async () => {
  const megabytes = await residentMegabytes(Deno.pid);
  const own = Deno.memoryUsage().rss / 1e6;
  assert.ok(Math.abs(megabytes - own) < own / 2, `${megabytes} against ${own}`);
  const before = await cpuMilliseconds(Deno.pid);
  // On a busy machine a process gets less than it asks for: it works until it has had enough.
  const deadline = performance.now() + 10_000;
  let used = 0;
  while (used < 50 && performance.now() < deadline) used = await cpuMilliseconds(Deno.pid) - before;
  assert.ok(used >= 50 && used < 10_000, `${used} ms of CPU`);
});

Deno.test("the time of all threads is that of the process, in finer steps", async () => {
  const before = await cpuMilliseconds(Deno.pid);
  const threads = await threadMilliseconds(Deno.pid);
  const after = await cpuMilliseconds(Deno.pid);
  // Threads that have ended count for the process alone.
  assert.ok(threads > 0 && threads <= after + 20, `${threads} of ${before} to ${after} ms`);
});
