import assert from "node:assert/strict";
import { askUdp, UdpBackend } from "./udp_backend.ts";

Deno.test("a UDP backend says who it is", async () => {
  await using backend = await UdpBackend.start({ identity: "green" });
  assert.equal(await askUdp(backend.address, backend.port, { message: "!" }), "green!");
  assert.deepEqual(backend.peers, ["127.0.0.1"]);
});

Deno.test("a datagram without answer is an error that says so", async () => {
  const backend = await UdpBackend.start({ identity: "gone" });
  const { address, port } = backend;
  await backend[Symbol.asyncDispose]();
  await assert.rejects(askUdp(address, port, { deadline: 50 }), /no answer from|refused/i);
});

Deno.test("a client takes the port that it is told to, or says that it is taken", async () => {
  await using backend = await UdpBackend.start({ identity: "green" });
  await using other = await UdpBackend.start({ identity: "blue" });
  const asked = askUdp(backend.address, backend.port, { from: other.port });
  await assert.rejects(asked, { code: "EADDRINUSE", port: other.port });
});
