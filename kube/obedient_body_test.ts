import assert from "node:assert/strict";
import { obedientBody, obedientText } from "./obedient_body.ts";

/** A body that gives what it is told and knows whether it was cancelled. */
function source() {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  let cancelled: unknown;
  const body = new ReadableStream<Uint8Array>({
    start: (given) => void (controller = given),
    cancel: (reason) => void (cancelled = reason),
  });
  return { body, controller, cancelled: () => cancelled };
}

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("what the source gives comes through, and its end", async () => {
  const { body, controller } = source();
  controller.enqueue(bytes("one"));
  controller.enqueue(bytes("two"));
  controller.close();
  const chunks = await Array.fromAsync(obedientBody(body, new AbortController().signal));
  assert.deepEqual(chunks.map((chunk) => new TextDecoder().decode(chunk)), ["one", "two"]);
});

Deno.test("a read that waits is rejected when the signal fires, and the source is cancelled", async () => {
  const { body, cancelled } = source();
  const controller = new AbortController();
  const reader = obedientBody(body, controller.signal).getReader();
  const waiting = reader.read();
  const reason = new Error("stopping");
  controller.abort(reason);
  await assert.rejects(waiting, reason);
  assert.equal(cancelled(), reason);
});

Deno.test("a signal that has fired before gives nothing", async () => {
  const { body } = source();
  const reason = new Error("too late");
  await assert.rejects(obedientBody(body, AbortSignal.abort(reason)).getReader().read(), reason);
});

Deno.test("a source that breaks passes its error on", async () => {
  const { body, controller } = source();
  const reader = obedientBody(body, new AbortController().signal).getReader();
  const waiting = reader.read();
  const error = new Error("connection reset");
  controller.error(error);
  await assert.rejects(waiting, error);
});

Deno.test("cancelling the body cancels its source", async () => {
  const { body, cancelled } = source();
  await obedientBody(body, new AbortController().signal).cancel("enough");
  assert.equal(cancelled(), "enough");
});

Deno.test("text that never comes is given up when the signal fires", async () => {
  const { body } = source();
  const controller = new AbortController();
  const waiting = obedientText(new Response(body), controller.signal);
  const reason = new Error("stopping");
  controller.abort(reason);
  await assert.rejects(waiting, reason);
  assert.equal(await obedientText(new Response("text"), new AbortController().signal), "text");
});
