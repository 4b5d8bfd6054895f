import assert from "node:assert/strict";
import { adminClient, listenerCounts, sumOfConnections } from "./admin_client.ts";

Deno.test("only connections of clients are counted, and each once", () => {
  const stats = [
    "listener.admin.downstream_cx_active: 1",
    "listener.admin.main_thread.downstream_cx_active: 1",
    "listener.kubelb_stats.downstream_cx_active: 4",
    "listener.kubelb_stats.worker_0.downstream_cx_active: 4",
    "listener.tenant-a/0a1b/TCP/80.downstream_cx_active: 5",
    "listener.tenant-a/0a1b/TCP/80.worker_0.downstream_cx_active: 2",
    "listener.tenant-a/0a1b/TCP/80.worker_1.downstream_cx_active: 3",
    "listener.tenant-a/0a1b/TCP/81.downstream_cx_active: 2",
    "",
  ];
  assert.equal(sumOfConnections(stats.join("\n")), 7);
});

Deno.test("what drains is listeners, and the filter chains of those that keep theirs", () => {
  const stats = [
    "listener_manager.total_filter_chains_draining: 15",
    "listener_manager.total_listeners_active: 82",
    "listener_manager.total_listeners_draining: 5",
    "listener_manager.total_listeners_warming: 3",
    "",
  ];
  assert.deepEqual(listenerCounts(stats.join("\n")), { active: 82, draining: 20 });
});

Deno.test("an Envoy that is not there is not ready", async () => {
  assert.equal(await adminClient("/nonexistent/admin.sock").isReady(), false);
});
