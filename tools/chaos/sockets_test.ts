import assert from "node:assert/strict";
import { openSockets, parseSockets } from "./sockets.ts";

Deno.test("listening sockets are told from connections", () => {
  const text = `  sl  local_address rem_address   st tx_queue
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000
   1: 0100007F:1F91 0100007F:1F90 01 00000000:00000000
   2: 0205567F:0050 00000000:0000 0A 00000000:00000000
`;
  assert.deepEqual(parseSockets(text, "tcp"), ["127.0.0.1:8080", "127.86.5.2:80"]);
});

Deno.test("a listener of this process is among the open sockets", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  assert.ok((await openSockets()).includes(`TCP 127.0.0.1:${listener.addr.port}`));
});
