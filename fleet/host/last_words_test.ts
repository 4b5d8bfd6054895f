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

/** Lines as Envoy 1.40 writes them when it aborts. */
const aborted = [
  "[2026-11-26 01:03:19.658][7278][error][envoy_bug] [./source/common/common/assert.h:60] stacktrace for envoy bug",
  "[2026-11-26 01:03:19.658][7278][error][envoy_bug] [./source/common/common/assert.h:66] #0 UNKNOWN [0x56216e55fb21]",
  "[2026-11-26 01:03:19.658][7278][critical][assert] [./source/common/network/listen_socket_impl.h:61] assert failure: io_handle_ && io_handle_->isOpen().",
  "[2026-11-26 01:03:19.658][7278][error][envoy_bug] [./source/common/common/assert.h:66] #1 UNKNOWN [0x56216dc845d7]",
  "[2026-11-26 01:03:19.658][7278][critical][backtrace] [./source/server/backtrace.h:173] Caught Aborted, suspect faulting address 0x1c6e",
  "[2026-11-26 01:03:19.658][7278][critical][backtrace] [./source/server/backtrace.h:167] #0: [0x7efe969a5050]",
];

Deno.test("a backtrace is not the reason", () => {
  assert.equal(
    mostTelling(aborted.join("\n")),
    "assert failure: io_handle_ && io_handle_->isOpen().",
  );
  assert.equal(
    mostTelling(aborted.slice(4).join("\n")),
    "Caught Aborted, suspect faulting address 0x1c6e",
  );
});

Deno.test("a fault is the reason, not an error that was logged before it", () => {
  const faulted = [
    "[2026-11-26 01:02:11.101][7278][error][config] [source/common/upstream/cds_api_impl.cc:70] a warning of old",
    "[2026-11-26 01:03:19.658][7278][critical][backtrace] [./source/server/backtrace.h:173] Caught Segmentation fault, suspect faulting address 0x0",
    "[2026-11-26 01:03:19.658][7278][critical][backtrace] [./source/server/backtrace.h:167] #0: [0x7efe969a5050]",
  ];
  assert.equal(
    mostTelling(faulted.join("\n")),
    "Caught Segmentation fault, suspect faulting address 0x0",
  );
});

Deno.test("without a grave line the last one has to do", () => {
  assert.equal(
    mostTelling("first\nPARSE ERROR: unknown argument\n\n"),
    "PARSE ERROR: unknown argument",
  );
  assert.equal(mostTelling(" \n"), undefined);
});

Deno.test("what a healthy Envoy says is not why it ended", () => {
  const line = "[2026-11-26 08:14:02.101][7278][warning][misc] [source/common/a.cc:1] field 'b'";
  assert.equal(mostTelling(`${line}\n`), undefined);
});

Deno.test("an Envoy that never wrote a log has left no words", async () => {
  assert.equal(await lastWords("/nonexistent"), undefined);
});
