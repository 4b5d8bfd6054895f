import assert from "node:assert/strict";
import { systemClock } from "../base/clock.ts";
import { silentLogger } from "../base/logger.ts";
import { onTermination } from "./termination.ts";

Deno.test("the first signal asks to end, the second ends", async () => {
  const exit = Promise.withResolvers<number>();
  // Signal listeners alone do not keep Deno waiting; the deadline does.
  using _deadline = systemClock.timer(() => exit.reject(new Error("no signal came")), 10_000);
  using termination = onTermination(silentLogger, (code) => exit.resolve(code));
  const aborted = new Promise((resolve) => {
    termination.signal.addEventListener("abort", resolve, { once: true });
  });
  Deno.kill(Deno.pid, "SIGTERM");
  await aborted;
  Deno.kill(Deno.pid, "SIGTERM");
  assert.equal(await exit.promise, 143);
});
