import assert from "node:assert/strict";
import type { ClusterConfig } from "./cluster_config.ts";
import type { Credential } from "./credential.ts";
import { HttpTransport, type TransportRequest } from "./transport.ts";

type Handler = (request: Request) => Response | Promise<Response>;

/** Plain HTTP on loopback: what is tested here does not depend on TLS. */
function serve(handler: Handler) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  const config = (credential: Credential): ClusterConfig => ({
    server: `http://127.0.0.1:${server.addr.port}`,
    credential,
    source: "test",
  });
  return { config, [Symbol.asyncDispose]: () => server.shutdown() };
}

function request(signal: AbortSignal): TransportRequest {
  return { method: "GET", target: "/x?y=z", headers: { a: "b" }, signal };
}

const patient = () => new AbortController().signal;

/** Tokens in turn; a fresh one is the next. */
function rotating(...tokens: string[]) {
  let turn = 0;
  const asked: boolean[] = [];
  const credential: Credential = {
    async identity(fresh) {
      asked.push(fresh);
      if (fresh) turn = Math.min(turn + 1, tokens.length - 1);
      return { authorization: `Bearer ${tokens[turn]}` };
    },
  };
  return { credential, asked };
}

Deno.test("method, path, query, headers and identity arrive", async () => {
  await using server = serve(({ method, url, headers }) => {
    const { pathname, search } = new URL(url);
    return Response.json([
      method,
      pathname + search,
      headers.get("authorization"),
      headers.get("a"),
    ]);
  });
  using transport = new HttpTransport(server.config(rotating("one").credential));
  const response = await transport.send(request(patient()));
  assert.deepEqual(await response.json(), ["GET", "/x?y=z", "Bearer one", "b"]);
});

Deno.test("a refused identity is read afresh once, and the request sent again", async () => {
  await using server = serve(({ headers }) =>
    new Response(null, { status: headers.get("authorization") === "Bearer two" ? 200 : 401 })
  );
  const { credential, asked } = rotating("one", "two");
  using transport = new HttpTransport(server.config(credential));
  const response = await transport.send(request(patient()));
  await response.body?.cancel();
  assert.equal(response.status, 200);
  assert.deepEqual(asked, [false, true]);
});

Deno.test("a second refusal is the answer: no loop", async () => {
  let requests = 0;
  await using server = serve(() => {
    requests++;
    return new Response("who are you?", { status: 401 });
  });
  using transport = new HttpTransport(server.config(rotating("one").credential));
  const response = await transport.send(request(patient()));
  assert.equal(response.status, 401);
  assert.equal(await response.text(), "who are you?");
  assert.equal(requests, 2);
});

Deno.test("a credential that is never there holds nobody beyond the signal", async () => {
  const credential: Credential = { identity: () => new Promise(() => {}) };
  using transport = new HttpTransport({ server: "http://127.0.0.1:1", credential, source: "test" });
  const stop = new AbortController();
  const sent = transport.send({ method: "GET", target: "/", headers: {}, signal: stop.signal });
  stop.abort(new Error("enough"));
  await assert.rejects(sent, /enough/);
});

Deno.test("forgetting connections does not disturb streams that are open", async () => {
  const more = Promise.withResolvers<void>();
  await using server = serve(() => {
    const encoder = new TextEncoder();
    return new Response(
      new ReadableStream({
        async start(controller) {
          controller.enqueue(encoder.encode("first "));
          await more.promise;
          controller.enqueue(encoder.encode("second"));
          controller.close();
        },
      }),
    );
  });
  using transport = new HttpTransport(server.config(rotating("one").credential));
  const response = await transport.send(request(patient()));
  const reading = response.text();
  transport.reconnect();
  more.resolve();
  assert.equal(await reading, "first second");
});

Deno.test("the caller's signal ends a request and an open stream", async () => {
  const stop = new AbortController();
  await using server = serve(() =>
    new Response(new ReadableStream({ start: (c) => c.enqueue(new Uint8Array(1)) }))
  );
  using transport = new HttpTransport(server.config(rotating("one").credential));
  const response = await transport.send(request(stop.signal));
  stop.abort(new Error("enough"));
  await assert.rejects(response.text(), /enough/);
});
