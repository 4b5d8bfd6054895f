import assert from "node:assert/strict";
import { askTcp, TcpBackend } from "./tcp_backend.ts";

Deno.test("a TCP backend says who it is and sends back what it gets", async () => {
  await using backend = new TcpBackend({ identity: "blue" });
  assert.equal(await askTcp(backend.address, backend.port), "blue");
  assert.equal(await askTcp(backend.address, backend.port, { message: "hello" }), "bluehello");
  assert.deepEqual(backend.peers, ["127.0.0.1", "127.0.0.1"]);
});

Deno.test("disposing of a TCP backend closes its connections", async () => {
  const backend = new TcpBackend({ identity: "blue" });
  const connection = await Deno.connect({ hostname: backend.address, port: backend.port });
  await connection.read(new Uint8Array(10));
  await backend[Symbol.asyncDispose]();
  assert.equal(await connection.read(new Uint8Array(10)), null);
  connection.close();
});

Deno.test("asking where nobody listens fails, and asking the silent fails in time", async () => {
  const backend = new TcpBackend({ identity: "gone" });
  const { address, port } = backend;
  await backend[Symbol.asyncDispose]();
  await assert.rejects(askTcp(address, port), Deno.errors.ConnectionRefused);

  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await assert.rejects(askTcp("127.0.0.1", silent.addr.port, { deadline: 50 }));
});
