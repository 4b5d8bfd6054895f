import assert from "node:assert/strict";
import { createLogger } from "../../base/logger.ts";
import { complaints } from "./complaints.ts";

Deno.test("the last warnings and errors of our own log are found", () => {
  const lines: string[] = [];
  const log = createLogger({ format: "text", write: (line) => lines.push(line) });
  log.warn("early");
  log.info("nothing to WARN of");
  log.warn("late");
  log.error("last");
  const found = complaints(lines.join("\n"), 2);
  assert.equal(found.length, 2);
  assert.match(found[0]!, /WARN +late/);
  assert.match(found[1]!, /ERROR +last/);
  assert.deepEqual(complaints(""), []);
});
