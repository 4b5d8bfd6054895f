/**
 * Random values of a schema, now and then with something wrong in them.
 *
 * @module
 */

import fc from "fast-check";
import type {
  ArrayNode,
  IntegerNode,
  ObjectNode,
  SchemaNode,
  StringNode,
} from "../../apis/schema/mod.ts";

/** What stands where something else belongs. Null has tests of its own. */
const junkValues: unknown[] = [true, 7, 1.5, -1, 2 ** 40, "", "junk", "Ünïcode…", {}, { a: 1 }];
const junk = fc.constantFrom(...junkValues);
const junkOrLists = fc.constantFrom(...junkValues, [], [{}]);

/**
 * Values of a schema. One node in `1 / wrong` is replaced with something that need not fit.
 *
 * @param wrong 0 for correct values only.
 */
export function arbitraryOf(node: SchemaNode, wrong = 0): fc.Arbitrary<unknown> {
  const value = correct(node, wrong);
  if (wrong === 0) return value;
  // The API server (1.36) lets a list pass where a string with a format belongs; we do not.
  const replacement = node.kind === "string" && node.format ? junk : junkOrLists;
  return fc.oneof({ weight: wrong, arbitrary: value }, { weight: 1, arbitrary: replacement });
}

function correct(node: SchemaNode, wrong: number): fc.Arbitrary<unknown> {
  switch (node.kind) {
    case "string":
      return strings(node);
    case "integer":
      return integers(node);
    case "int-or-string":
      // Both forms are within every pattern that the schemas have.
      return fc.oneof(fc.integer({ min: 0, max: 65535 }), fc.nat(999).map((count) => `${count}`));
    case "boolean":
      return fc.boolean();
    case "array":
      return arrays(node, wrong);
    case "map":
      return fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), arbitraryOf(node.values, wrong), {
        maxKeys: 3,
        noNullPrototype: true,
      });
    case "object":
      return objects(node, wrong);
    case "unknown":
      return unknowns(node.embedded ?? false);
  }
}

function strings(node: StringNode): fc.Arbitrary<string> {
  if (node.enum) return fc.constantFrom(...node.enum);
  if (node.pattern) return fc.stringMatching(new RegExp(node.pattern), { maxLength: 40 });
  if (node.format === "date-time") {
    return fc.date({ min: new Date("2000"), max: new Date("2100"), noInvalidDate: true })
      .map((date) => date.toISOString());
  }
  const { minLength = 0 } = node;
  return fc.string({ minLength, maxLength: minLength + 12 });
}

function integers({ minimum, maximum }: IntegerNode): fc.Arbitrary<number> {
  return fc.integer({ min: minimum ?? -10, max: Math.min(maximum ?? 70_000, 2 ** 31 - 1) });
}

function arrays(node: ArrayNode, wrong: number): fc.Arbitrary<unknown[]> {
  const { items, minItems = 0, maxItems = 3, listType, listMapKeys } = node;
  const element = arbitraryOf(items, wrong);
  const length = { minLength: minItems, maxLength: Math.max(minItems, Math.min(maxItems, 3)) };
  if (listType !== "map") return fc.array(element, length);
  const keyOf = (item: unknown) =>
    JSON.stringify(listMapKeys?.map((key) => (item as Record<string, unknown>)?.[key]));
  return fc.uniqueArray(element, { ...length, selector: keyOf });
}

function objects(node: ObjectNode, wrong: number): fc.Arbitrary<unknown> {
  const names = Object.keys(node.fields);
  const required = names.filter((name) => {
    const field = node.fields[name]!;
    return !field.optional && field.node.default === undefined;
  });
  const fields = Object.fromEntries(
    names.map((name) => [name, arbitraryOf(node.fields[name]!.node, wrong)]),
  );
  const whole = fc.record(fields, { requiredKeys: required, noNullPrototype: true });
  const value = node.rules
    ? whole.filter((value) => wrong > 0 || node.rules!.every((rule) => rule.holds(value)))
    : whole;
  if (wrong === 0 || required.length === 0) return value;
  // The other thing that can be wrong with an object: a field that should be there is not.
  const incomplete = fc.tuple(value, fc.constantFrom(...required)).map(([object, name]) => {
    const { [name]: _, ...rest } = object as Record<string, unknown>;
    return rest;
  });
  return fc.oneof({ weight: wrong, arbitrary: value }, { weight: 1, arbitrary: incomplete });
}

function unknowns(isEmbedded: boolean): fc.Arbitrary<unknown> {
  const anything = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.jsonValue({ maxDepth: 2 }), {
    maxKeys: 3,
    noNullPrototype: true,
  });
  if (!isEmbedded) return anything;
  return anything.map((rest) => ({
    ...rest,
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "backend", namespace: "default", labels: { app: "backend" } },
  }));
}
