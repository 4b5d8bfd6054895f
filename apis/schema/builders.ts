/**
 * The words in which the custom resources are written down.
 *
 * Every builder takes the description first: a field that nobody can explain has no place in an API.
 *
 * @example
 * ```ts
 * import { array, type Infer, integer, object, optional, string } from "./mod.ts";
 *
 * const port = object("One port.", {
 *   name: optional(string("Its name.")),
 *   port: integer("Its number.", { minimum: 1, maximum: 65535 }),
 * });
 * const ports = array("All ports.", port, { minItems: 1 });
 * const value: Infer<typeof ports> = [{ port: 80 }];
 * console.assert(value.length === 1);
 * ```
 *
 * @module
 */

import type {
  ArrayNode,
  FieldNode,
  Fields,
  IntegerNode,
  IntOrStringNode,
  ObjectNode,
  ObjectOf,
  OptionalSchema,
  Schema,
  StringNode,
} from "./schema.ts";

/** What a builder accepts besides the description: the keywords of its node. */
type Options<Node> = Partial<Omit<Node, "kind" | "description" | "rules">>;

/** A string. */
export function string(description: string, options: Options<StringNode> = {}): Schema<string> {
  return { node: { kind: "string", description, ...options } };
}

/** A string out of a closed list. */
export function oneOf<const V extends string>(
  description: string,
  values: readonly V[],
  options: { default?: NoInfer<V> } = {},
): Schema<V> {
  return { node: { kind: "string", description, enum: values, ...options } };
}

/** An RFC 3339 time. */
export function time(description: string): Schema<string> {
  return string(description, { format: "date-time" });
}

/** A whole number; `int32` unless told otherwise. */
export function integer(description: string, options: Options<IntegerNode> = {}): Schema<number> {
  return { node: { kind: "integer", description, format: "int32", ...options } };
}

/** A number or a string: a target port, a quantity. */
export function intOrString(
  description: string,
  options: Options<IntOrStringNode> = {},
): Schema<number | string> {
  return { node: { kind: "int-or-string", description, ...options } };
}

/** A boolean. */
export function boolean(
  description: string,
  options: { default?: boolean } = {},
): Schema<boolean> {
  return { node: { kind: "boolean", description, ...options } };
}

/** A list. */
export function array<T>(
  description: string,
  items: Schema<T>,
  options: Omit<Options<ArrayNode>, "items"> = {},
): Schema<T[]> {
  return { node: { kind: "array", description, items: items.node, ...options } };
}

/** An object with free keys. */
export function map<T>(description: string, values: Schema<T>): Schema<Record<string, T>> {
  return { node: { kind: "map", description, values: values.node } };
}

/** An object with these fields and no others. */
export function object<F extends Fields>(
  description: string,
  fields: F,
  options: Omit<Options<ObjectNode>, "fields"> = {},
): Schema<ObjectOf<F>> {
  return { node: { kind: "object", description, fields: fieldNodes(fields), ...options } };
}

/** A JSON object that is kept whatever is in it. */
export function anyObject(description: string): Schema<Record<string, unknown>> {
  return { node: { kind: "unknown", description } };
}

/** A Kubernetes object of another kind, embedded whole; `T` says what its readers rely on. */
export function embedded<T>(description: string): Schema<T> {
  return { node: { kind: "unknown", description, embedded: true } };
}

/** Marks a field that may be absent. */
export function optional<T>(schema: Schema<T>): OptionalSchema<T> {
  return { node: schema.node, optional: true };
}

/** The same schema with one more constraint, in CEL for the API server and as a predicate for us. */
export function constrained<T>(
  schema: Schema<T>,
  rule: { cel: string; message: string; holds(value: T): boolean },
): Schema<T> {
  // A rule is only asked about values whose own type has been checked.
  const erased = { ...rule, holds: (value: unknown) => rule.holds(value as T) };
  return { node: { ...schema.node, rules: [...schema.node.rules ?? [], erased] } };
}

/** The same schema with words that fit the place where it is used. */
export function described<T>(description: string, schema: Schema<T>): Schema<T> {
  return { node: { ...schema.node, description } };
}

function fieldNodes(fields: Fields): Record<string, FieldNode> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, schema]) => [
      name,
      { node: schema.node, optional: "optional" in schema },
    ]),
  );
}
