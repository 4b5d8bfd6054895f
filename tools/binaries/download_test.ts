import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Sandbox } from "../process/sandbox.ts";
import { downloadFile } from "./download.ts";

const content = new Uint8Array(300_000).map((_, index) => index % 251);
const sha256 = createHash("sha256").update(content).digest("hex");

/** A file server; `handle` is given the path. */
function serve(handle: (path: string) => Response | Promise<Response>): {
  url: (path: string) => string;
} & AsyncDisposable {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => handle(new URL(request.url).pathname),
  );
  return {
    url: (path) => `http://127.0.0.1:${server.addr.port}${path}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("a file with the pinned checksum arrives whole, with progress", async () => {
  await using sandbox = await Sandbox.create("download");
  await using server = serve(() =>
    new Response(content, { headers: { "content-length": `${content.length}` } })
  );
  const lines: string[] = [];
  const target = sandbox.path("file");
  const report = (line: string) => void lines.push(line);
  await downloadFile({ url: server.url("/file"), sha256 }, target, { report });
  assert.deepEqual(await Deno.readFile(target), content);
  assert.equal(lines.at(-1), "100 % of 0 MB");
});

Deno.test("redirects are followed", async () => {
  await using sandbox = await Sandbox.create("download");
  await using server = serve((path) =>
    path === "/old"
      ? new Response(null, { status: 302, headers: { location: "/new" } })
      : new Response(content)
  );
  await downloadFile({ url: server.url("/old"), sha256 }, sandbox.path("file"));
  assert.deepEqual(await Deno.readFile(sandbox.path("file")), content);
});

Deno.test("another content than the pinned one is refused", async () => {
  await using sandbox = await Sandbox.create("download");
  await using server = serve(() => new Response("something else"));
  const result = downloadFile({ url: server.url("/file"), sha256 }, sandbox.path("file"));
  await assert.rejects(result, new RegExp(`checksum is [0-9a-f]{64}, not ${sha256}`));
});

Deno.test("an answer that breaks off is refused", async () => {
  await using sandbox = await Sandbox.create("download");
  // A server of bytes: an HTTP library would not let itself be made to lie about the length.
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const served = (async () => {
    using connection = await listener.accept();
    await connection.read(new Uint8Array(4096));
    const half = "HTTP/1.1 200 OK\r\ncontent-length: 300000\r\n\r\nonly this";
    await connection.write(new TextEncoder().encode(half));
  })();
  const url = `http://127.0.0.1:${listener.addr.port}/file`;
  await assert.rejects(downloadFile({ url, sha256 }, sandbox.path("file")), /127\.0\.0\.1/);
  await served;
});

Deno.test("an error of the server is told", async () => {
  await using sandbox = await Sandbox.create("download");
  await using server = serve(() => new Response("gone", { status: 404 }));
  const result = downloadFile({ url: server.url("/file"), sha256 }, sandbox.path("file"));
  await assert.rejects(result, /HTTP 404/);
});

Deno.test("a refused connection fails at once", async () => {
  await using sandbox = await Sandbox.create("download");
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${listener.addr.port}/file`;
  listener.close();
  await assert.rejects(downloadFile({ url, sha256 }, sandbox.path("file")), /refused/);
});

Deno.test("a server that accepts and says nothing is given up after the limit", async () => {
  await using sandbox = await Sandbox.create("download");
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${listener.addr.port}/file`;
  const result = downloadFile({ url, sha256 }, sandbox.path("file"), { connectLimit: 50 });
  await assert.rejects(result, /127\.0\.0\.1:\d+ did not answer in 0.05 s/);
});

Deno.test("an answer that stalls is given up after the limit", async () => {
  await using sandbox = await Sandbox.create("download");
  const stalled = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(content.subarray(0, 1000)),
  });
  await using server = serve(() => new Response(stalled));
  const url = server.url("/file");
  const result = downloadFile({ url, sha256 }, sandbox.path("file"), { stallLimit: 50 });
  await assert.rejects(result, /nothing received for 0.05 s/);
});
