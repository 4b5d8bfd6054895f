import assert from "node:assert/strict";
import { Listeners } from "./listeners.ts";

Deno.test("everyone is told in order, until they have had enough", () => {
  const listeners = new Listeners<number>();
  const heard: string[] = [];
  const first = listeners.subscribe((value) => heard.push(`first ${value}`));
  using _second = listeners.subscribe((value) => heard.push(`second ${value}`));
  listeners.emit(1);
  first[Symbol.dispose]();
  listeners.emit(2);
  assert.deepEqual(heard, ["first 1", "second 1", "second 2"]);
});

Deno.test("a listener that leaves while it is told takes nothing from the others", () => {
  const listeners = new Listeners<void>();
  let heard = 0;
  const first = listeners.subscribe(() => first[Symbol.dispose]());
  using _second = listeners.subscribe(() => heard++);
  listeners.emit();
  assert.equal(heard, 1);
});
