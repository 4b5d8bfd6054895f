import assert from "node:assert/strict";
import fc from "fast-check";
import { Fifo } from "./fifo.ts";

Deno.test("a fifo behaves like an array with push and shift", () => {
  fc.assert(fc.property(fc.array(fc.option(fc.integer())), (steps) => {
    const fifo = new Fifo<number>();
    const model: number[] = [];
    for (const step of steps) {
      if (step === null) assert.equal(fifo.shift(), model.shift());
      else {
        fifo.push(step);
        model.push(step);
      }
      assert.equal(fifo.size, model.length);
    }
  }));
});
