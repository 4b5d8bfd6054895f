import assert from "node:assert/strict";
import type { AnySession } from "./any_session.ts";
import { frameMessage } from "./grpc_frames.ts";
import { ServeStream, statusResponse } from "./serve_stream.ts";
import { XdsError } from "./xds_error.ts";

/** A stream whose session only takes notes. */
function setUp() {
  const events: string[] = [];
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const stream = new ServeStream({ address: "127.0.0.1:5" }, readable);
  const session = {
    receive: (bytes: Uint8Array) => events.push(`received ${bytes}`),
    drained: () => events.push("drained"),
    close: () => events.push("closed"),
    end: (error: XdsError) => stream.end(error),
  } as unknown as AnySession;
  return { events, stream, response: stream.serve(session), requests: writable.getWriter() };
}

const status = ({ headers }: Response) => [headers.get("grpc-status"), headers.get("grpc-message")];

Deno.test("an end before the first message is a status in the headers, without a body", async () => {
  const { stream, response } = setUp();
  stream.end(new XdsError("Refused", "no: 100 % wrong \u{1F6AB}"));
  assert.equal((await response).body, null);
  assert.deepEqual(status(await response), ["7", "no: 100 %25 wrong %F0%9F%9A%AB"]);
});

Deno.test("an end after the first message ends the body", async () => {
  const { stream, response } = setUp();
  assert.equal(stream.send(new Uint8Array([1])), true);
  stream.end(new XdsError("Unavailable", "later"));
  const body = await (await response).bytes();
  assert.deepEqual(body, frameMessage(new Uint8Array([1])));
});

Deno.test("the session hears messages, and that the client has no more of them", async () => {
  const { events, response, requests } = setUp();
  await requests.write(frameMessage(new Uint8Array([1, 2])));
  await requests.close();
  assert.deepEqual(status(await response), ["0", ""]);
  assert.deepEqual(events, ["received 1,2", "closed"]);
});

Deno.test("a connection that breaks closes the session", async () => {
  const { events, response, requests } = setUp();
  await requests.abort(new Error("reset"));
  await response;
  assert.deepEqual(events, ["closed"]);
});

Deno.test("bytes that are no gRPC end the stream with their own status", async () => {
  const { response, requests } = setUp();
  await requests.write(new Uint8Array([1, 0, 0, 0, 0]));
  assert.deepEqual(status(await response), ["3", "compressed messages are not supported"]);
});

Deno.test("who reads slowly is not sent more than fits, until it has read", async () => {
  const { events, stream, response } = setUp();
  const message = new Uint8Array(10_000);
  let sent = 1;
  while (stream.send(message)) sent++;
  assert.equal(sent, 7, "64 KiB");
  const reader = (await response).body!.getReader();
  for (let read = 0; read < sent; read++) await reader.read();
  assert.deepEqual(events, ["drained"]);
  await reader.cancel();
});

Deno.test("a status without words is that and no more", () => {
  assert.deepEqual(status(statusResponse(12)), ["12", ""]);
});
