import assert from "node:assert/strict";
import { askHttp, HttpBackend } from "./http_backend.ts";

Deno.test("an HTTP backend says who it is and what it was asked", async () => {
  await using backend = new HttpBackend({ identity: "red" });
  const response = await fetch(`http://${backend.address}:${backend.port}/path?a=b`);
  assert.equal(response.status, 200);
  const seen = await response.json();
  assert.equal(seen.identity, "red");
  assert.equal(seen.path, "/path?a=b");
  assert.deepEqual(backend.requests.map(({ method }) => method), ["GET"]);
});

Deno.test("whoever asks an HTTP backend learns its identity", async () => {
  await using backend = new HttpBackend({ identity: "red" });
  assert.equal(await askHttp(backend.address, backend.port), "red");
});

Deno.test("a client that keeps its connection does not keep an HTTP backend", async () => {
  const backend = new HttpBackend({ identity: "red" });
  using connection = await Deno.connect({ hostname: backend.address, port: backend.port });
  await connection.write(new TextEncoder().encode("GET / HTTP/1.1\r\nhost: red\r\n\r\n"));
  assert.ok((await connection.read(new Uint8Array(1024)) ?? 0) > 0);
  await backend[Symbol.asyncDispose]();
  assert.equal(await connection.read(new Uint8Array(1024)), null, "closed by the server");
});
