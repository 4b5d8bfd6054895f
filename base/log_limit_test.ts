import assert from "node:assert/strict";
import { FakeClock } from "./fake_clock.ts";
import { LogLimit } from "./log_limit.ts";
import { createLogger } from "./logger.ts";

Deno.test("of too many lines some are left out, and the next one says how many", async () => {
  const clock = new FakeClock();
  const lines: (number | undefined)[] = [];
  const log = createLogger({ write: (line) => lines.push(JSON.parse(line).leftOut) });
  const limit = new LogLimit(clock, 2, 1_000);
  for (let count = 0; count < 5; count++) limit.warn(log, "no");
  assert.deepEqual(lines, [undefined, undefined]);
  await clock.advance(1_000);
  limit.warn(log, "no");
  assert.deepEqual(lines, [undefined, undefined, 3]);
  await clock.advance(1_000);
  limit.warn(log, "no");
  assert.deepEqual(lines, [undefined, undefined, 3, undefined]);
});
