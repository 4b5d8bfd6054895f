import assert from "node:assert/strict";
import { HttpBackend } from "./http_backend.ts";

Deno.test("an HTTP backend says who it is and what it was asked", async () => {
  await using backend = new HttpBackend({ identity: "red" });
  const response = await fetch(`http://${backend.address}:${backend.port}/path?a=b`);
  assert.equal(response.status, 200);
  const seen = await response.json();
  assert.equal(seen.identity, "red");
  assert.equal(seen.path, "/path?a=b");
  assert.deepEqual(backend.requests.map(({ method }) => method), ["GET"]);
});
