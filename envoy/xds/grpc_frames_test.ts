import assert from "node:assert/strict";
import fc from "fast-check";
import { frameMessage, FrameReader } from "./grpc_frames.ts";

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(pieces.flatMap((piece) => [...piece]));
}

Deno.test("a message has a prefix of five bytes: not compressed, and how long it is", () => {
  assert.deepEqual(frameMessage(new Uint8Array([7, 8])), new Uint8Array([0, 0, 0, 0, 2, 7, 8]));
});

Deno.test("property: messages come out as they went in, however the bytes are cut", () => {
  const messages = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 6 });
  const cuts = fc.array(fc.nat({ max: 12 }), { maxLength: 30 });
  fc.assert(fc.property(messages, cuts, (messages, cuts) => {
    const reader = new FrameReader(20);
    let bytes = concat(messages.map(frameMessage));
    const read: Uint8Array[] = [];
    for (const cut of cuts) {
      read.push(...reader.read(bytes.subarray(0, cut)));
      bytes = bytes.subarray(cut);
    }
    read.push(...reader.read(bytes));
    assert.deepEqual(read, messages);
  }));
});

Deno.test("a message that is announced too long is refused before it comes", () => {
  const header = frameMessage(new Uint8Array(21)).subarray(0, 5);
  assert.throws(() => [...new FrameReader(20).read(header)], { reason: "TooMuch" });
});

Deno.test("a compressed message is refused", () => {
  const frame = frameMessage(new Uint8Array(1));
  frame[0] = 1;
  assert.throws(() => [...new FrameReader(20).read(frame)], { reason: "InvalidRequest" });
});
