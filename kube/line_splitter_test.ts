import assert from "node:assert/strict";
import fc from "fast-check";
import { LineSplitter, LineTooLongError } from "./line_splitter.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("several lines in one chunk come out one by one", () => {
  const lines = [...new LineSplitter().push(encode("a\nbc\n\nd"))].map(decode);
  assert.deepEqual(lines, ["a", "bc", ""]);
});

Deno.test("what follows the last newline is kept for the next chunk", () => {
  const splitter = new LineSplitter();
  assert.deepEqual([...splitter.push(encode("he"))], []);
  assert.deepEqual([...splitter.push(encode("llo\nwor"))].map(decode), ["hello"]);
  assert.equal(decode(splitter.rest()), "wor");
  assert.equal(splitter.rest().length, 0);
});

Deno.test("a line longer than the limit is refused, also when it comes in pieces", () => {
  assert.throws(() => [...new LineSplitter(3).push(encode("abcd\n"))], LineTooLongError);
  const splitter = new LineSplitter(3);
  assert.deepEqual([...splitter.push(encode("ab"))], []);
  assert.throws(() => [...splitter.push(encode("cd"))], LineTooLongError);
  assert.deepEqual([...new LineSplitter(3).push(encode("abc\n"))].map(decode), ["abc"]);
});

Deno.test("lines are the same however the bytes are cut, even inside a character", () => {
  const text = fc.array(fc.string({ unit: "binary" }).map((line) => line.replaceAll("\n", "")));
  fc.assert(fc.property(text, fc.array(fc.integer({ min: 1, max: 7 })), (lines, cuts) => {
    const bytes = encode(lines.map((line) => line + "\n").join(""));
    const splitter = new LineSplitter();
    const found: string[] = [];
    let start = 0;
    for (let turn = 0; start < bytes.length; turn++) {
      const end = start + (cuts[turn % (cuts.length || 1)] ?? bytes.length);
      for (const line of splitter.push(bytes.slice(start, end))) found.push(decode(line));
      start = end;
    }
    assert.deepEqual(found, lines.map((line) => decode(encode(line))));
  }));
});
