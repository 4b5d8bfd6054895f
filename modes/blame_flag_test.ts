import assert from "node:assert/strict";
import { describeError } from "../base/errors.ts";
import { HttpServer } from "../base/http_server.ts";
import { silentLogger } from "../base/logger.ts";
import { blameFlag } from "./blame_flag.ts";

const listen = (address: string) =>
  blameFlag(
    "metrics-addr",
    () => HttpServer.listen({ address, name: "metrics", routes: {}, log: silentLogger }),
  );

Deno.test("a port that is taken is told with the flag that asks for it", async () => {
  await using first = await listen("127.0.0.1:0");
  await assert.rejects(listen(`127.0.0.1:${first!.port}`), (error) => {
    const told = describeError(error);
    assert.match(told, /^--metrics-addr: cannot listen on 127\.0\.0\.1:\d+ for metrics: /);
    return true;
  });
});
