/**
 * The structural OpenAPI v3 reading of a schema, as CRDs need it.
 *
 * @module
 */

import type { JsonSchemaProps } from "../apiextensions/v1.ts";
import type { SchemaNode } from "./schema.ts";

/** The OpenAPI schema of a node. */
export function openApi(node: SchemaNode): JsonSchemaProps {
  const { description, rules } = node;
  return {
    description,
    ...typeOf(node),
    ...(node.default !== undefined && { default: node.default }),
    ...(rules && {
      "x-kubernetes-validations": rules.map(({ cel, message }) => ({ rule: cel, message })),
    }),
  };
}

function typeOf(node: SchemaNode): JsonSchemaProps {
  switch (node.kind) {
    case "string": {
      const { enum: values, kind, minLength, maxLength, pattern, format } = node;
      return {
        type: kind,
        ...defined({ minLength, maxLength, pattern, format }),
        ...(values && { enum: [...values] }),
      };
    }
    case "integer": {
      const { kind, format, minimum, maximum } = node;
      return { type: kind, format, ...defined({ minimum, maximum }) };
    }
    case "int-or-string":
      return {
        anyOf: [{ type: "integer" }, { type: "string" }],
        "x-kubernetes-int-or-string": true,
        ...defined({ pattern: node.pattern }),
      };
    case "boolean":
      return { type: "boolean" };
    case "array": {
      const { minItems, maxItems, listType, listMapKeys } = node;
      return {
        type: "array",
        items: openApi(node.items),
        ...defined({ minItems, maxItems, "x-kubernetes-list-type": listType }),
        ...(listMapKeys && { "x-kubernetes-list-map-keys": [...listMapKeys] }),
      };
    }
    case "map":
      return { type: "object", additionalProperties: openApi(node.values) };
    case "object":
      return {
        type: "object",
        ...fieldsOf(node.fields),
        ...(node.atomic && { "x-kubernetes-map-type": "atomic" as const }),
      };
    case "unknown":
      return {
        type: "object",
        ...(node.embedded && { "x-kubernetes-embedded-resource": true as const }),
        "x-kubernetes-preserve-unknown-fields": true,
      };
  }
}

/** The properties of an object, and which of them must be there; a default stands in for its own. */
function fieldsOf(
  fields: Readonly<Record<string, { node: SchemaNode; optional: boolean }>>,
): Pick<JsonSchemaProps, "properties" | "required"> {
  const entries = Object.entries(fields);
  const required = entries
    .filter(([, { node, optional }]) => !optional && node.default === undefined)
    .map(([name]) => name);
  return {
    properties: Object.fromEntries(entries.map(([name, { node }]) => [name, openApi(node)])),
    ...(required.length > 0 && { required }),
  };
}

/** The same object without the fields that are undefined. */
function defined<T extends Record<string, unknown>>(
  fields: T,
): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as { [K in keyof T]?: NonNullable<T[K]> };
}
