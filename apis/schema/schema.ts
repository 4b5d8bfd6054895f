/**
 * A schema is one definition with three readings: a TypeScript type ({@linkcode Infer}), a check of
 * values that arrive (`validate.ts`), and the structural OpenAPI v3 of a CRD (`open_api.ts`).
 * `builders.ts` makes them; this file says what they are.
 *
 * @module
 */

/** What a schema says of a value, as plain data; the readings are functions over it. */
export type SchemaNode =
  | StringNode
  | IntegerNode
  | IntOrStringNode
  | BooleanNode
  | ArrayNode
  | MapNode
  | ObjectNode
  | UnknownNode;

/** What every node has. */
interface NodeBase {
  /** Shown by `kubectl explain`: meaning, unit, and what an absent field means. */
  readonly description: string;
  /** The API server fills an absent field with it, when writing and when reading. */
  readonly default?: unknown;
  /** Constraints that no keyword expresses. */
  readonly rules?: readonly Rule[];
}

/** Text. */
export interface StringNode extends NodeBase {
  readonly kind: "string";
  readonly enum?: readonly string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  /** A regular expression that means the same in RE2 and in JavaScript. */
  readonly pattern?: string;
  /** `date-time` is RFC 3339. */
  readonly format?: "date-time";
}

/** A whole number. The API server enforces the range of its format. */
export interface IntegerNode extends NodeBase {
  readonly kind: "integer";
  readonly format: "int32" | "int64";
  readonly minimum?: number;
  readonly maximum?: number;
}

/** A port by number or name, or a quantity: `x-kubernetes-int-or-string`. */
export interface IntOrStringNode extends NodeBase {
  readonly kind: "int-or-string";
  readonly pattern?: string;
}

/** True or false. */
export interface BooleanNode extends NodeBase {
  readonly kind: "boolean";
}

/** A list. */
export interface ArrayNode extends NodeBase {
  readonly kind: "array";
  readonly items: SchemaNode;
  readonly minItems?: number;
  readonly maxItems?: number;
  /** How server-side apply merges: the whole list, a set of values, or entries by their keys. */
  readonly listType?: "atomic" | "set" | "map";
  /** Only, and always, with `map`. */
  readonly listMapKeys?: readonly string[];
}

/** An object whose keys are free: labels, annotations, secret data. */
export interface MapNode extends NodeBase {
  readonly kind: "map";
  readonly values: SchemaNode;
}

/** An object with these fields; the API server drops others. */
export interface ObjectNode extends NodeBase {
  readonly kind: "object";
  readonly fields: Readonly<Record<string, FieldNode>>;
  /** Server-side apply replaces it as a whole. */
  readonly atomic?: boolean;
}

/** Any JSON object, kept as it is. `embedded` ones are Kubernetes objects of another kind. */
export interface UnknownNode extends NodeBase {
  readonly kind: "unknown";
  readonly embedded?: boolean;
}

/** A field of an object. It must be there unless it is optional or has a default. */
export interface FieldNode {
  readonly node: SchemaNode;
  readonly optional: boolean;
}

/** One constraint in both languages: CEL for the API server, a predicate for our own check. */
export interface Rule {
  readonly cel: string;
  readonly message: string;
  holds(value: unknown): boolean;
}

/** A definition of values of type `T`. `type` is a phantom, never set: it carries `T`. */
export interface Schema<T> {
  readonly node: SchemaNode;
  readonly type?: T;
}

/** The schema of a field that may be absent. */
export interface OptionalSchema<T> extends Schema<T> {
  readonly optional: true;
}

/** The fields of an object, by their JSON names. */
export type Fields = Readonly<Record<string, Schema<unknown>>>;

/** The type of the values that a schema describes. */
export type Infer<S> = S extends Schema<infer T> ? T : never;

/** The names of the fields that may be absent. */
type OptionalNames<F extends Fields> = {
  [K in keyof F]: F[K] extends OptionalSchema<unknown> ? K : never;
}[keyof F];

/** The type of an object with these fields. */
export type ObjectOf<F extends Fields> = Flat<
  & { -readonly [K in Exclude<keyof F, OptionalNames<F>>]: Infer<F[K]> }
  & { -readonly [K in OptionalNames<F>]?: Infer<F[K]> }
>;

/** The same type written as one object, which is what error messages then show. */
type Flat<T> = { [K in keyof T]: T[K] };
