import assert from "node:assert/strict";
import { resourceType } from "../meta/v1.ts";
import {
  anyObject,
  array,
  boolean,
  constrained,
  customResource,
  embedded,
  integer,
  intOrString,
  map,
  object,
  oneOf,
  optional,
  type Schema,
  string,
  time,
  validate,
  validateObject,
} from "./mod.ts";

/** The violations as `path message` lines. */
function check(schema: Schema<unknown>, value: unknown): string[] {
  return validate(schema, value, "it").map(({ path, message }) => `${path} ${message}`);
}

const named = object("Named.", { name: string("Name."), size: optional(integer("Size.")) });

Deno.test("a value of the schema's type has no violations", () => {
  const table: [Schema<unknown>, unknown][] = [
    [string("Text."), ""],
    [oneOf("Choice.", ["a", "b"]), "b"],
    [string("Text.", { minLength: 1, maxLength: 2 }), "😀😀"],
    [time("When."), "2026-01-31T12:00:00.123456Z"],
    [time("When."), "2026-01-31T12:00:00+01:00"],
    [integer("Number."), -5],
    [integer("Number.", { format: "int64" }), 2 ** 40],
    [intOrString("Either."), 80],
    [intOrString("Either."), "http"],
    [boolean("Flag."), false],
    [array("List.", string("Text.")), []],
    [map("Labels.", string("Text.")), { a: "b" }],
    [named, { name: "x" }],
    [named, { name: "x", size: 1, unknown: "is pruned, not refused" }],
    [anyObject("Anything."), { deep: [null, { er: 1 }] }],
    [embedded("Object."), { apiVersion: "v1", kind: "Service" }],
  ];
  for (const [schema, value] of table) assert.deepEqual(check(schema, value), []);
});

Deno.test("a violation says where, what and what would be right", () => {
  const table: [Schema<unknown>, unknown, string][] = [
    [string("Text."), 1, "it must be a string, not number"],
    [string("Text."), null, "it must be a string, not null"],
    [oneOf("Choice.", ["a", "b"]), "c", 'it must be one of a, b, not "c"'],
    [string("Text.", { minLength: 1 }), "", "it must have at least 1 characters"],
    [string("Text.", { maxLength: 1 }), "ab", "it must have at most 1 characters"],
    [string("Text.", { pattern: "^a$" }), "b", 'it must match ^a$, unlike "b"'],
    [time("When."), "today", 'it must be a time such as 2026-01-31T12:00:00Z, not "today"'],
    [integer("Number."), 1.5, "it must be a whole number, not number"],
    [integer("Number."), 2 ** 31, "it is no int32: 2147483648"],
    [integer("Number.", { minimum: 1 }), 0, "it must be at least 1, not 0"],
    [integer("Number.", { maximum: 1 }), 2, "it must be at most 1, not 2"],
    [intOrString("Either."), true, "it must be a whole number or a string, not boolean"],
    [boolean("Flag."), "true", "it must be true or false, not string"],
    [array("List.", string("Text.")), {}, "it must be a list, not object"],
    [array("List.", string("Text.")), ["a", 1], "it[1] must be a string, not number"],
    [array("List.", string("Text."), { minItems: 1 }), [], "it must have at least 1 items"],
    [array("List.", string("Text."), { maxItems: 0 }), [""], "it must have at most 0 items"],
    [map("Labels.", string("Text.")), { "a/b": 1 }, 'it["a/b"] must be a string, not number'],
    [named, [], "it must be an object, not a list"],
    [named, {}, "it.name is required"],
    [embedded("Object."), { kind: "Service" }, "it.apiVersion is required in an embedded object"],
  ];
  for (const [schema, value, expected] of table) assert.deepEqual(check(schema, value), [expected]);
});

Deno.test("all violations are told, not only the first", () => {
  assert.deepEqual(check(array("List.", named), [{ size: "big" }, { name: 1 }]), [
    "it[0].name is required",
    "it[0].size must be a whole number, not string",
    "it[1].name must be a string, not number",
  ]);
});

Deno.test("a field with a default may be absent, unlike one that is required", () => {
  const schema = object("Object.", { type: string("Type.", { default: "A" }) });
  assert.deepEqual(check(schema, {}), []);
});

Deno.test("entries of a keyed list are unique by their keys, of a set by their value", () => {
  const keyed = array("List.", named, { listType: "map", listMapKeys: ["name"] });
  assert.deepEqual(check(keyed, [{ name: "a", size: 1 }, { name: "b" }, { name: "a" }]), [
    'it[2] is a duplicate of ["a"]',
  ]);
  const set = array("Set.", string("Text."), { listType: "set" });
  assert.deepEqual(check(set, ["a", "a"]), ['it[1] is a duplicate of "a"']);
});

Deno.test("a rule is asked only about values whose type is right", () => {
  const schema = constrained(named, {
    cel: "self.name != ''",
    message: "must not be anonymous",
    holds: ({ name }) => name.length > 0,
  });
  assert.deepEqual(check(schema, { name: "" }), ["it must not be anonymous"]);
  assert.deepEqual(check(schema, {}), ["it.name is required"]);
});

Deno.test("an object of another kind or version is none of the resource", () => {
  const resource = customResource({
    group: "example.com",
    version: "v1",
    kind: "Thing",
    plural: "things",
    namespaced: true,
    schema: object("Thing.", { spec: named }),
  });
  assert.deepEqual(resource.type, resourceType("example.com", "v1", "Thing", "things", true));
  const thing = { apiVersion: "example.com/v1", kind: "Thing", spec: { name: "x" } };
  assert.deepEqual(validateObject(resource, thing), []);
  assert.deepEqual(validateObject(resource, { ...thing, kind: "Other", spec: {} }), [
    { path: "kind", message: "must be Thing" },
    { path: "spec.name", message: "is required" },
  ]);
  assert.deepEqual(validateObject(resource, null), [
    { path: "", message: "must be an object, not null" },
  ]);
});
