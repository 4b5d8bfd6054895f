import assert from "node:assert/strict";
import fc from "fast-check";
import { guiltyNames } from "./guilty_names.ts";

const names = ["tenant-a/web/TCP/80", "tenant-a/web/TCP/8080", "tenant-a/api/TCP/80"];

Deno.test("the names in Envoy's words are found, each as a whole", () => {
  const message = "Error adding/updating listener(s) tenant-a/web/TCP/8080: cannot bind " +
    "'192.0.2.1:8080': Address already in use";
  assert.deepEqual(guiltyNames(message, names), ["tenant-a/web/TCP/8080"]);
});

Deno.test("several may be guilty, and a sentence may end with a name", () => {
  const message = "Error adding/updating cluster(s) tenant-a/web/TCP/80: no, tenant-a/api/TCP/80";
  assert.deepEqual(guiltyNames(message, names), [names[0], names[2]]);
  assert.deepEqual(guiltyNames("I refuse tenant-a/web/TCP/80.", names), [names[0]]);
});

Deno.test("a message that names nothing accuses nobody", () => {
  assert.deepEqual(guiltyNames("Proto constraint validation failed", names), []);
  assert.deepEqual(guiltyNames("", ["", "a"]), []);
});

Deno.test("only names of the response are accused, whatever the message", () => {
  fc.assert(fc.property(fc.string(), fc.array(fc.string()), (message, names) => {
    for (const name of guiltyNames(message, names)) assert.ok(message.includes(name));
  }));
});
