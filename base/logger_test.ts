import assert from "node:assert/strict";
import { FakeClock } from "./fake_clock.ts";
import { createLogger, type LogFormat, type LogLevel } from "./logger.ts";

function capture(format: LogFormat, level: LogLevel = "info") {
  const lines: string[] = [];
  const clock = new FakeClock(Date.UTC(2026, 0, 2, 3, 4, 5));
  return { lines, log: createLogger({ format, level, clock, write: (line) => lines.push(line) }) };
}

Deno.test("a JSON line carries time, level, message and the fields of every parent", () => {
  const { lines, log } = capture("json");
  log.with({ controller: "tenant" }).with({ tenant: "acme" }).info("reconciled", { writes: 2 });
  assert.deepEqual(JSON.parse(lines[0] ?? ""), {
    time: "2026-01-02T03:04:05.000Z",
    level: "info",
    message: "reconciled",
    controller: "tenant",
    tenant: "acme",
    writes: 2,
  });
});

Deno.test("lines below the level are dropped", () => {
  const { lines, log } = capture("text", "warn");
  log.debug("a");
  log.info("b");
  log.warn("c");
  log.error("d");
  assert.equal(lines.length, 2);
});

Deno.test("a text line quotes what a reader could misread", () => {
  const { lines, log } = capture("text");
  log.info("started", { address: "127.0.0.1:80", note: "two words", empty: "", list: [1, 2] });
  assert.equal(
    lines[0],
    '2026-01-02T03:04:05.000Z INFO  started address=127.0.0.1:80 note="two words" empty= list=[1,2]',
  );
});

Deno.test("a message of several lines stays one line", () => {
  const { lines, log } = capture("text");
  log.error("refused: name {\n  x\r\n}\u2028 2026-01-02T03:04:05.000Z INFO  all is well");
  assert.equal(
    lines[0],
    "2026-01-02T03:04:05.000Z ERROR refused: name { x } 2026-01-02T03:04:05.000Z INFO  all is well",
  );
});

Deno.test("errors are written with their causes, in both formats", () => {
  const error = new Error("cannot list", { cause: new Error("refused") });
  const json = capture("json");
  json.log.error("failed", { error });
  assert.equal(JSON.parse(json.lines[0] ?? "").error, "cannot list: refused");
  const text = capture("text");
  text.log.error("failed", { error });
  assert.match(text.lines[0] ?? "", /error="cannot list: refused"$/);
});
