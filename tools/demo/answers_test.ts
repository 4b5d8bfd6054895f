import assert from "node:assert/strict";
import { TcpBackend } from "../backends/tcp_backend.ts";
import { UdpBackend } from "../backends/udp_backend.ts";
import { askTimes, describeAnswers } from "./answers.ts";

Deno.test("answers are counted by who gave them, over TCP and UDP", async () => {
  await using tcp = new TcpBackend({ identity: "blue" });
  assert.deepEqual(await askTimes("TCP", tcp.address, tcp.port, 3), new Map([["blue", 3]]));
  await using udp = await UdpBackend.start({ identity: "green" });
  assert.deepEqual(await askTimes("UDP", udp.address, udp.port, 2), new Map([["green", 2]]));
});

Deno.test("answers are described in the order of names", () => {
  assert.equal(describeAnswers(new Map([["node-2", 6], ["node-1", 4]])), "node-1 ×4, node-2 ×6");
});
