import assert from "node:assert/strict";
import {
  anyObject,
  array,
  constrained,
  described,
  embedded,
  integer,
  intOrString,
  map,
  object,
  oneOf,
  openApi,
  optional,
  string,
} from "./mod.ts";

Deno.test("an object lists its fields and requires those without a default", () => {
  const { node } = object("Port.", {
    name: optional(string("Name.")),
    port: integer("Number.", { minimum: 1 }),
    protocol: oneOf("Protocol.", ["TCP", "UDP"], { default: "TCP" }),
  });
  assert.deepEqual(openApi(node), {
    description: "Port.",
    type: "object",
    properties: {
      name: { description: "Name.", type: "string" },
      port: { description: "Number.", type: "integer", format: "int32", minimum: 1 },
      protocol: {
        description: "Protocol.",
        type: "string",
        enum: ["TCP", "UDP"],
        default: "TCP",
      },
    },
    required: ["port"],
  });
});

Deno.test("free keys, lists by key and open objects have their extensions", () => {
  const text = { description: "Text.", type: "string" };
  const table = [
    [map("Map.", string("Text.")), { type: "object", additionalProperties: text }],
    [
      array("List.", string("Text."), { listType: "map", listMapKeys: ["type"], minItems: 1 }),
      {
        type: "array",
        items: text,
        minItems: 1,
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["type"],
      },
    ],
    [
      intOrString("Either."),
      { anyOf: [{ type: "integer" }, { type: "string" }], "x-kubernetes-int-or-string": true },
    ],
    [anyObject("Any."), { type: "object", "x-kubernetes-preserve-unknown-fields": true }],
    [embedded("Whole."), {
      type: "object",
      "x-kubernetes-embedded-resource": true,
      "x-kubernetes-preserve-unknown-fields": true,
    }],
    [
      object("Atomic.", {}, { atomic: true }),
      { type: "object", properties: {}, "x-kubernetes-map-type": "atomic" },
    ],
  ] as const;
  for (const [{ node }, expected] of table) {
    assert.deepEqual(openApi(node), { description: node.description, ...expected });
  }
});

Deno.test("rules are written in CEL, and other words do not change the rest", () => {
  const schema = constrained(string("Text."), {
    cel: "self != 'no'",
    message: "must not be no",
    holds: (value) => value !== "no",
  });
  assert.deepEqual(openApi(described("Answer.", schema).node), {
    description: "Answer.",
    type: "string",
    "x-kubernetes-validations": [{ rule: "self != 'no'", message: "must not be no" }],
  });
});
