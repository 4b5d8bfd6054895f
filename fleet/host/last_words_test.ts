import assert from "node:assert/strict";
import { lastWords, mostTelling } from "./last_words.ts";

Deno.test("the last grave line is the reason, without its time and place", () => {
  const log = [
    "[2026-11-23 14:31:26.383][1][info][main] [source/server/server.cc:544] starting",
    "[2026-11-23 14:31:26.383][1][critical][main] [source/server/server.cc:414] error initializing config",
    "[2026-11-23 14:31:26.384][1][info][main] [source/server/server.cc:1159] exiting",
  ];
  assert.equal(mostTelling(log.join("\n")), "error initializing config");
});

Deno.test("without a grave line the last one has to do", () => {
  assert.equal(
    mostTelling("first\nPARSE ERROR: unknown argument\n\n"),
    "PARSE ERROR: unknown argument",
  );
  assert.equal(mostTelling(" \n"), undefined);
});

Deno.test("an Envoy that never wrote a log has left no words", async () => {
  assert.equal(await lastWords("/nonexistent"), undefined);
});
