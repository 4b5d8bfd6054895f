import assert from "node:assert/strict";
import { HttpBackend } from "../backends/http_backend.ts";
import { TcpBackend } from "../backends/tcp_backend.ts";
import { UdpBackend } from "../backends/udp_backend.ts";
import { askTimes, describeAnswers } from "./answers.ts";

Deno.test("answers are counted by who gave them, over TCP, UDP and HTTP", async () => {
  await using tcp = new TcpBackend({ identity: "blue" });
  assert.deepEqual(await askTimes("TCP", tcp.address, tcp.port, 3), new Map([["blue", 3]]));
  await using udp = await UdpBackend.start({ identity: "green" });
  assert.deepEqual(await askTimes("UDP", udp.address, udp.port, 2), new Map([["green", 2]]));
  await using http = new HttpBackend({ identity: "red" });
  assert.deepEqual(await askTimes("HTTP", http.address, http.port, 2), new Map([["red", 2]]));
});

Deno.test("answers are described in the order of names", () => {
  assert.equal(describeAnswers(new Map([["node-2", 6], ["node-1", 4]])), "node-1 ×4, node-2 ×6");
});
