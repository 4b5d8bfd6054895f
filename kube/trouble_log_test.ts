import assert from "node:assert/strict";
import { FakeClock } from "../base/fake_clock.ts";
import { createLogger } from "../base/logger.ts";
import { ApiError } from "./api_error.ts";
import { TroubleLog, troubleOf } from "./trouble_log.ts";

function start() {
  const clock = new FakeClock();
  const lines: string[] = [];
  const log = createLogger({ clock, write: (line) => lines.push(JSON.parse(line).message) });
  return { clock, lines, troubles: new TroubleLog(log, clock) };
}

const unreachable = { reason: "Unreachable", message: "connection refused" } as const;

Deno.test("the same trouble is logged at its beginning, every minute, and at its end", async () => {
  const { clock, lines, troubles } = start();
  for (let second = 0; second <= 60; second++) {
    troubles.report(unreachable);
    await clock.advance(1000);
  }
  assert.equal(troubles.current?.reason, "Unreachable");
  troubles.recovered();
  assert.deepEqual(lines, ["connection refused", "connection refused", "watching again"]);
  assert.equal(troubles.current, undefined);
});

Deno.test("another trouble is logged at once", () => {
  const { lines, troubles } = start();
  troubles.report(unreachable);
  troubles.report({ reason: "Forbidden", message: "missing permission" });
  assert.deepEqual(lines, ["connection refused", "missing permission"]);
});

Deno.test("quiet trouble that passes leaves no line, and one that stays does", () => {
  const { lines, troubles } = start();
  troubles.report(unreachable, true);
  troubles.recovered();
  assert.deepEqual(lines, []);
  troubles.report(unreachable, true);
  troubles.report(unreachable);
  assert.deepEqual(lines, ["connection refused"]);
});

Deno.test("an outage is one line, however many activities meet it", () => {
  const { clock, lines, troubles } = start();
  const log = createLogger({ clock, write: (line) => lines.push(JSON.parse(line).message) });
  const activities = [1, 2, 3].map((number) =>
    new TroubleLog(log, clock, `${number} goes on`, troubles)
  );
  for (const activity of activities) activity.report(unreachable, true);
  assert.deepEqual(lines, []);
  for (const activity of activities) activity.report(unreachable);
  assert.deepEqual(activities.map(({ current }) => current), [1, 2, 3].map(() => unreachable));
  assert.deepEqual(lines.splice(0), ["connection refused"]);

  activities[0]!.recovered();
  activities[1]!.report({ reason: "Forbidden", message: "missing permission" });
  for (const activity of activities) activity.recovered();
  assert.deepEqual(lines, ["watching again", "missing permission", "2 goes on"]);
});

Deno.test("an error becomes a trouble with its reason; what is not of the API is a deadline", () => {
  const call = { verb: "get", path: "/" };
  assert.deepEqual(troubleOf("the Lease", new ApiError("Forbidden", "no", { call })), {
    reason: "Forbidden",
    message: "the Lease: no",
  });
  assert.equal(troubleOf("the Lease", new Error("too late")).reason, "Timeout");
});
