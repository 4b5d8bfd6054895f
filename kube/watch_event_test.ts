import assert from "node:assert/strict";
import fc from "fast-check";
import { parseWatchEvent } from "./watch_event.ts";

const parse = (value: unknown) =>
  parseWatchEvent(
    new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value)),
  );

const object = { apiVersion: "v1", kind: "X", metadata: { name: "a", resourceVersion: "5" } };

Deno.test("added, modified and deleted carry their object", () => {
  for (const kind of ["added", "modified", "deleted"] as const) {
    assert.deepEqual(parse({ type: kind.toUpperCase(), object }), { kind, object });
  }
});

Deno.test("a bookmark carries a version, and may end a streaming list", () => {
  const metadata = { resourceVersion: "9" };
  assert.deepEqual(parse({ type: "BOOKMARK", object: { metadata } }), {
    kind: "bookmark",
    resourceVersion: "9",
    endOfList: false,
  });
  const annotations = { "k8s.io/initial-events-end": "true" };
  assert.deepEqual(
    parse({ type: "BOOKMARK", object: { metadata: { ...metadata, annotations } } }),
    {
      kind: "bookmark",
      resourceVersion: "9",
      endOfList: true,
    },
  );
});

Deno.test("an error event carries the API server's status", () => {
  const status = { kind: "Status", code: 410, reason: "Expired", message: "too old" };
  assert.deepEqual(parse({ type: "ERROR", object: status }), { kind: "error", status });
});

const malformed: [string, unknown, RegExp][] = [
  ["a line that is not JSON", "<html>", /not JSON/],
  ["an empty object", {}, /no type/],
  ["null", "null", /no type/],
  ["a number", "5", /no type/],
  ["an unknown type", { type: "PATCHED", object }, /unknown type PATCHED/],
  ["an object without metadata", { type: "ADDED", object: {} }, /without a resourceVersion/],
  [
    "an object without a name",
    { type: "ADDED", object: { metadata: { resourceVersion: "1" } } },
    /name/,
  ],
  [
    "a bookmark without a version",
    { type: "BOOKMARK", object: { metadata: {} } },
    /resourceVersion/,
  ],
];

for (const [name, value, problem] of malformed) {
  Deno.test(`${name} is malformed, and says why`, () => {
    const event = parse(value);
    assert.equal(event.kind, "malformed");
    assert.match(event.kind === "malformed" ? event.problem : "", problem);
  });
}

Deno.test("no line makes the parser throw", () => {
  fc.assert(fc.property(fc.oneof(fc.json(), fc.string()), (line) => void parse(line)));
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void parseWatchEvent(bytes)));
});
