import assert from "node:assert/strict";
import fc from "fast-check";
import type { Progress } from "../envoy_cp/acknowledgements.ts";
import { decodeReplicaMessage, encodeReplicaMessage } from "./replica_message.ts";

const options = { noNullPrototype: true };
const progress: fc.Arbitrary<Progress> = fc.oneof(
  fc.record({ kind: fc.constant("no-envoy" as const) }, options),
  fc.record({
    kind: fc.constant("waiting" as const),
    acknowledged: fc.nat(),
    connected: fc.nat(),
  }, options),
  fc.record({
    kind: fc.constant("programmed" as const),
    connected: fc.nat(),
    silent: fc.array(fc.string()),
  }, options),
  fc.record({ kind: fc.constant("rejected" as const), message: fc.string() }, options),
);

Deno.test("what is encoded is decoded again", () => {
  fc.assert(fc.property(fc.string(), fc.nat(), progress, (key, generation, progress) => {
    const message = { key, generation, progress };
    assert.deepEqual(decodeReplicaMessage(encodeReplicaMessage(message)), message);
  }));
});

for (
  const text of [
    "",
    "null",
    "[]",
    `{"key": 5, "generation": 1, "progress": {"kind": "no-envoy"}}`,
    `{"key": "a/b", "generation": -1, "progress": {"kind": "no-envoy"}}`,
    `{"key": "a/b", "generation": 1, "progress": {"kind": "applauded"}}`,
    `{"key": "a/b", "generation": 1, "progress": {"kind": "waiting", "acknowledged": "1"}}`,
    `{"key": "a/b", "generation": 1, "progress": {"kind": "programmed", "connected": 1}}`,
  ]
) {
  Deno.test(`${text || "nothing"} is no message`, () => {
    assert.throws(() => decodeReplicaMessage(new TextEncoder().encode(text)));
  });
}
