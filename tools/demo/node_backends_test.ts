import assert from "node:assert/strict";
import { askHttp } from "../backends/http_backend.ts";
import { freePort } from "../process/free_port.ts";
import { NodeBackends } from "./node_backends.ts";

Deno.test("a node port that is given to another Service gets another backend", async () => {
  await using backends = new NodeBackends("HTTP");
  const ports = [{ protocol: "TCP" as const, port: 80, nodePort: freePort() }];
  await backends.start("old", "127.0.0.1", ports);
  await backends.start("new", "127.0.0.1", ports);
  assert.equal(await askHttp("127.0.0.1", ports[0]!.nodePort), "new");
});

Deno.test("a backend that is there already can be left alone", async () => {
  await using backends = new NodeBackends("HTTP");
  const port = { protocol: "TCP" as const, port: 80 };
  const ports = [{ ...port, nodePort: freePort() }];
  await backends.start("node", "127.0.0.1", ports);
  await backends.startMissing("other", "127.0.0.1", [...ports, port]);
  assert.equal(await askHttp("127.0.0.1", ports[0]!.nodePort), "node");
});
