/**
 * Checks values against a schema: the same answers as an API server that has its OpenAPI reading
 * (`tests/apis/` compares the two), with every violation at once and its path.
 *
 * Needed where no API server has looked: objects stored before the schema grew, a hub with
 * upstream's CRDs, files.
 *
 * @module
 */

import { apiVersionOf, type KubeObject } from "../meta/v1.ts";
import type { CustomResource } from "./custom_resource.ts";
import type {
  ArrayNode,
  IntegerNode,
  IntOrStringNode,
  MapNode,
  ObjectNode,
  Schema,
  SchemaNode,
  StringNode,
  UnknownNode,
} from "./schema.ts";

/** One thing that is wrong with a value. */
export interface Violation {
  /** Where: `spec.ports[2].protocol`; empty for the value itself. */
  readonly path: string;
  /** What, and what would be right. */
  readonly message: string;
}

/** Everything that is wrong with a value; nothing when it is of the schema's type. */
export function validate(schema: Schema<unknown>, value: unknown, path = ""): Violation[] {
  return [...checkNode(schema.node, value, path)];
}

/** Everything that is wrong with an object of a custom resource. Metadata is the API server's. */
export function validateObject<T extends KubeObject>(
  resource: CustomResource<T>,
  object: unknown,
): Violation[] {
  if (!isRecord(object)) return [wrongType("", "an object", object)];
  const { type, root } = resource;
  const expected = { apiVersion: apiVersionOf(type), kind: type.kind };
  const violations = Object.entries(expected)
    .filter(([field, text]) => object[field] !== text)
    .map(([field, text]) => ({ path: field, message: `must be ${text}` }));
  return [...violations, ...checkNode(root, object, "")];
}

function* checkNode(node: SchemaNode, value: unknown, path: string): Generator<Violation> {
  const violations = [...checkType(node, value, path)];
  yield* violations;
  // A rule may rely on the type of what it is asked about.
  if (violations.length > 0) return;
  for (const rule of node.rules ?? []) {
    if (!rule.holds(value)) yield { path, message: rule.message };
  }
}

function checkType(node: SchemaNode, value: unknown, path: string): Iterable<Violation> {
  switch (node.kind) {
    case "string":
      return checkString(node, value, path);
    case "integer":
      return checkInteger(node, value, path);
    case "int-or-string":
      return checkIntOrString(node, value, path);
    case "boolean":
      return typeof value === "boolean" ? [] : [wrongType(path, "true or false", value)];
    case "array":
      return checkArray(node, value, path);
    case "map":
      return checkMap(node, value, path);
    case "object":
      return checkObject(node, value, path);
    case "unknown":
      return checkUnknown(node, value, path);
  }
}

const rfc3339 =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[Tt](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/;

function* checkString(node: StringNode, value: unknown, path: string): Generator<Violation> {
  if (typeof value !== "string") return yield wrongType(path, "a string", value);
  const { minLength, maxLength, pattern, format } = node;
  if (node.enum && !node.enum.includes(value)) {
    yield { path, message: `must be one of ${node.enum.join(", ")}, not ${quote(value)}` };
  }
  // Characters count, not UTF-16 units.
  const length = [...value].length;
  if (minLength !== undefined && length < minLength) {
    yield { path, message: `must have at least ${minLength} characters` };
  }
  if (maxLength !== undefined && length > maxLength) {
    yield { path, message: `must have at most ${maxLength} characters` };
  }
  if (pattern && !matches(pattern, value)) {
    yield { path, message: `must match ${pattern}, unlike ${quote(value)}` };
  }
  if (format === "date-time" && !rfc3339.test(value)) {
    yield { path, message: `must be a time such as 2026-01-31T12:00:00Z, not ${quote(value)}` };
  }
}

const largest = { int32: 2 ** 31 - 1, int64: Number.MAX_SAFE_INTEGER };

function* checkInteger(node: IntegerNode, value: unknown, path: string): Generator<Violation> {
  if (typeof value !== "number" || !Number.isInteger(value)) {
    return yield wrongType(path, "a whole number", value);
  }
  const { minimum, maximum, format } = node;
  if (Math.abs(value) > largest[format]) yield { path, message: `is no ${format}: ${value}` };
  if (minimum !== undefined && value < minimum) {
    yield { path, message: `must be at least ${minimum}, not ${value}` };
  }
  if (maximum !== undefined && value > maximum) {
    yield { path, message: `must be at most ${maximum}, not ${value}` };
  }
}

function* checkIntOrString(
  node: IntOrStringNode,
  value: unknown,
  path: string,
): Generator<Violation> {
  if (typeof value === "number" && Number.isInteger(value)) return;
  if (typeof value !== "string") return yield wrongType(path, "a whole number or a string", value);
  if (node.pattern && !matches(node.pattern, value)) {
    yield { path, message: `must match ${node.pattern}, unlike ${quote(value)}` };
  }
}

function* checkArray(node: ArrayNode, value: unknown, path: string): Generator<Violation> {
  if (!Array.isArray(value)) return yield wrongType(path, "a list", value);
  const { items, minItems, maxItems, listType, listMapKeys } = node;
  if (minItems !== undefined && value.length < minItems) {
    yield { path, message: `must have at least ${minItems} items` };
  }
  if (maxItems !== undefined && value.length > maxItems) {
    yield { path, message: `must have at most ${maxItems} items` };
  }
  for (const [index, item] of value.entries()) yield* checkNode(items, item, `${path}[${index}]`);
  if (listType !== "map" && listType !== "set") return;
  const seen = new Set<string>();
  for (const [index, item] of value.entries()) {
    const key = JSON.stringify(listMapKeys?.map((name) => isRecord(item) && item[name]) ?? item);
    if (seen.has(key)) yield { path: `${path}[${index}]`, message: `is a duplicate of ${key}` };
    seen.add(key);
  }
}

function* checkMap(node: MapNode, value: unknown, path: string): Generator<Violation> {
  if (!isRecord(value)) return yield wrongType(path, "an object", value);
  for (const [key, entry] of Object.entries(value)) {
    // As with the fields of objects, null is dropped.
    if (entry !== null) yield* checkNode(node.values, entry, `${path}[${quote(key)}]`);
  }
}

function* checkObject(node: ObjectNode, value: unknown, path: string): Generator<Violation> {
  if (!isRecord(value)) return yield wrongType(path, "an object", value);
  for (const [name, field] of Object.entries(node.fields)) {
    const at = path === "" ? name : `${path}.${name}`;
    const entry = Object.hasOwn(value, name) ? value[name] : undefined;
    // The API server drops a field that is null before it looks at defaults and at the schema.
    if (entry !== undefined && entry !== null) yield* checkNode(field.node, entry, at);
    else if (!field.optional && field.node.default === undefined) {
      yield { path: at, message: "is required" };
    }
  }
}

function* checkUnknown(node: UnknownNode, value: unknown, path: string): Generator<Violation> {
  if (!isRecord(value)) return yield wrongType(path, "an object", value);
  if (!node.embedded) return;
  for (const name of ["apiVersion", "kind"]) {
    const text = value[name];
    if (typeof text !== "string" || text === "") {
      yield { path: `${path}.${name}`, message: "is required in an embedded object" };
    }
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrongType(path: string, expected: string, value: unknown): Violation {
  const actual = value === null ? "null" : Array.isArray(value) ? "a list" : typeof value;
  return { path, message: `must be ${expected}, not ${actual}` };
}

function quote(text: string): string {
  return JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text);
}

const compiled = new Map<string, RegExp>();

function matches(pattern: string, value: string): boolean {
  let expression = compiled.get(pattern);
  if (!expression) compiled.set(pattern, expression = new RegExp(pattern, "u"));
  return expression.test(value);
}
