import assert from "node:assert/strict";
import { HealthChecks } from "./health_checks.ts";
import {
  healthRoutes,
  type HttpHandler,
  HttpServer,
  loopbackOnly,
  metricsRoutes,
} from "./http_server.ts";
import { createLogger, silentLogger } from "./logger.ts";
import { Counter, Registry } from "./metrics.ts";

function listen(routes: Record<string, HttpHandler>, address = "127.0.0.1:0"): HttpServer {
  return HttpServer.listen({ address, name: "test", routes, log: silentLogger })!;
}

async function get(server: HttpServer, path: string): Promise<[number, string]> {
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
  return [response.status, await response.text()];
}

Deno.test("health and metrics are served", async () => {
  const registry = new Registry();
  new Counter({ name: "a_total", help: "A.", registers: [registry] }).inc(2);
  const ready = new HealthChecks().add("caches", () => "not synced");
  await using server = listen({
    ...healthRoutes(new HealthChecks(), ready),
    ...metricsRoutes(registry),
  });
  assert.deepEqual(await get(server, "/healthz"), [200, "ok"]);
  assert.equal((await get(server, "/readyz"))[0], 503);
  assert.match((await get(server, "/metrics"))[1], /^a_total 2$/m);
  assert.deepEqual(await get(server, "/elsewhere"), [404, "not found\n"]);
});

Deno.test("the longest path prefix wins, and only whole segments count", async () => {
  await using server = listen({
    "/debug": () => new Response("debug"),
    "/debug/xds": () => new Response("xds"),
  });
  assert.equal((await get(server, "/debug/xds/streams"))[1], "xds");
  assert.equal((await get(server, "/debug/other"))[1], "debug");
  assert.equal((await get(server, "/debugger"))[0], 404);
});

Deno.test("a handler that throws is logged and answered", async () => {
  const lines: string[] = [];
  const log = createLogger({ write: (line) => lines.push(line) });
  const routes = {
    "/": () => {
      throw new Error("broken handler");
    },
  };
  await using server = HttpServer.listen({ address: "127.0.0.1:0", name: "test", routes, log })!;
  assert.deepEqual(await get(server, "/"), [500, "internal error\n"]);
  assert(lines.some((line) => line.includes("broken handler")));
});

Deno.test("an address that is taken is named", async () => {
  await using server = listen({});
  const address = `127.0.0.1:${server.port}`;
  assert.throws(() => listen({}, address), new RegExp(`cannot listen on ${address} for test`));
});

Deno.test("without a host the server listens on every address, and 0 means not at all", async () => {
  await using server = listen({ "/": () => new Response("here") }, ":0");
  assert.deepEqual(await get(server, "/"), [200, "here"]);
  assert.equal(listen({}, "0"), undefined);
});

Deno.test("what is for loopback only is not there for others", async () => {
  const handler = loopbackOnly(() => new Response("secret"));
  const ask = async (remote: string) => {
    const url = "http://manager:8081/debug";
    return await (await handler(new Request(url), new URL(url), remote)).text();
  };
  for (const remote of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]) {
    assert.equal(await ask(remote), "secret", remote);
  }
  for (const remote of ["10.0.0.1", "::ffff:10.0.0.1", "fe80::1", "1127.0.0.1", ""]) {
    assert.equal(await ask(remote), "not found\n", remote);
  }
});

Deno.test("a handler is told who asks", async () => {
  await using server = listen({ "/": (_request, _url, remote) => new Response(remote) });
  assert.deepEqual(await get(server, "/"), [200, "127.0.0.1"]);
});
