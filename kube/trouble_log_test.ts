import assert from "node:assert/strict";
import { FakeClock } from "../base/fake_clock.ts";
import { createLogger } from "../base/logger.ts";
import { TroubleLog } from "./trouble_log.ts";

function start() {
  const clock = new FakeClock();
  const lines: string[] = [];
  const log = createLogger({ clock, write: (line) => lines.push(JSON.parse(line).message) });
  return { clock, lines, troubles: new TroubleLog(log, clock) };
}

const refused = { reason: "Unreachable", message: "connection refused" } as const;

Deno.test("the same trouble is logged at its beginning, every minute, and at its end", async () => {
  const { clock, lines, troubles } = start();
  for (let second = 0; second <= 60; second++) {
    troubles.report(refused);
    await clock.advance(1000);
  }
  assert.equal(troubles.current?.reason, "Unreachable");
  troubles.recovered();
  assert.deepEqual(lines, ["connection refused", "connection refused", "watching again"]);
  assert.equal(troubles.current, undefined);
});

Deno.test("another trouble is logged at once", () => {
  const { lines, troubles } = start();
  troubles.report(refused);
  troubles.report({ reason: "Forbidden", message: "missing permission" });
  assert.deepEqual(lines, ["connection refused", "missing permission"]);
});

Deno.test("quiet trouble that passes leaves no line, and one that stays does", () => {
  const { lines, troubles } = start();
  troubles.report(refused, true);
  troubles.recovered();
  assert.deepEqual(lines, []);
  troubles.report(refused, true);
  troubles.report(refused);
  assert.deepEqual(lines, ["connection refused"]);
});
