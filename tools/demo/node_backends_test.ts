import assert from "node:assert/strict";
import { askTcp } from "../backends/tcp_backend.ts";
import { freePort } from "../process/free_port.ts";
import { NodeBackends } from "./node_backends.ts";

Deno.test("a node port that is given to another Service gets another backend", async () => {
  await using backends = new NodeBackends();
  const ports = [{ protocol: "TCP" as const, port: 80, nodePort: freePort() }];
  await backends.start("old", "127.0.0.1", ports);
  await backends.start("new", "127.0.0.1", ports);
  assert.equal(await askTcp("127.0.0.1", ports[0]!.nodePort), "new");
});
