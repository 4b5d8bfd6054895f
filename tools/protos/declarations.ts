/**
 * TypeScript declarations for protobufjs static code, written from the reflected messages.
 *
 * `pbts` would need JSDoc and gives every field as `T | null`; what is written here is a fifth of
 * the size and fits `exactOptionalPropertyTypes`.
 *
 * @module
 */
import protobuf from "protobufjs";

const header = `import type $protobuf from "protobufjs/minimal.js";
`;

/** All messages and enums of `root`; `IName` is what may be encoded, `Name` what was decoded. */
export function renderDeclarations(root: protobuf.Root): string {
  return [header, ...renderNamespace(root, "")].join("\n") + "\n";
}

function renderNamespace(namespace: protobuf.NamespaceBase, indent: string): string[] {
  return namespace.nestedArray.flatMap((object) => renderObject(object, indent));
}

function renderObject(object: protobuf.ReflectionObject, indent: string): string[] {
  if (object instanceof protobuf.Type) return renderMessage(object, indent);
  if (object instanceof protobuf.Enum) return renderEnum(object, indent);
  if (object instanceof protobuf.Namespace) return renderNested(object, indent);
  return [];
}

function renderNested(namespace: protobuf.NamespaceBase, indent: string): string[] {
  const nested = renderNamespace(namespace, indent + "  ");
  if (nested.length === 0) return [];
  return [`${indent}export namespace ${namespace.name} {`, ...nested, `${indent}}`];
}

function renderEnum(object: protobuf.Enum, indent: string): string[] {
  const values = Object.entries(object.values).map(([name, value]) =>
    `${indent}  ${name} = ${value},`
  );
  return [`${indent}export enum ${object.name} {`, ...values, `${indent}}`];
}

function renderMessage(type: protobuf.Type, indent: string): string[] {
  const { name } = type;
  const oneofs = type.oneofsArray.filter((oneof) => !isSynthetic(oneof));
  const lines = [
    `export interface I${name} {`,
    ...type.fieldsArray.map((field) => `  ${field.name}?: ${inputType(field)} | null | undefined;`),
    `}`,
    `export class ${name} implements I${name} {`,
    `  constructor(properties?: I${name});`,
    ...type.fieldsArray.map((field) => `  ${field.name}: ${outputType(field)};`),
    ...oneofs.map((oneof) => `  readonly ${oneof.name}?: ${oneofType(oneof)};`),
    `  static create(properties?: I${name}): ${name};`,
    `  static encode(message: I${name}, writer?: $protobuf.Writer): $protobuf.Writer;`,
    `  static decode(reader: $protobuf.Reader | Uint8Array, length?: number): ${name};`,
    `}`,
  ];
  return [...lines.map((line) => indent + line), ...renderNested(type, indent)];
}

/** Proto3's `optional` is parsed as a oneof of one field, which is no choice to tell about. */
function isSynthetic(oneof: protobuf.OneOf): boolean {
  return oneof.fieldsArray.some((field) => field.options?.proto3_optional === true);
}

function oneofType(oneof: protobuf.OneOf): string {
  return oneof.fieldsArray.map((field) => JSON.stringify(field.name)).join(" | ") + " | undefined";
}

function inputType(field: protobuf.Field): string {
  const type = containerType(field, messageName(field, "I") ?? scalarType(field));
  return field.repeated ? `readonly ${type}` : type;
}

function outputType(field: protobuf.Field): string {
  const message = messageName(field, "");
  const type = containerType(field, message ?? scalarType(field));
  const nullable = !field.repeated && !field.map &&
    (message !== undefined || field.partOf !== null);
  return nullable ? `${type} | null` : type;
}

function containerType(field: protobuf.Field, type: string): string {
  if (field.map) return `{ [key: string]: ${type} }`;
  return field.repeated ? `${type}[]` : type;
}

function messageName(field: protobuf.Field, prefix: "" | "I"): string | undefined {
  const type = field.resolvedType;
  if (!(type instanceof protobuf.Type)) return undefined;
  const parts = type.fullName.slice(1).split(".");
  const last = parts.pop();
  return [...parts, prefix + last].join(".");
}

function scalarType(field: protobuf.Field): string {
  if (field.resolvedType) return field.resolvedType.fullName.slice(1);
  switch (field.type) {
    case "string":
      return "string";
    case "bytes":
      return "Uint8Array";
    case "bool":
      return "boolean";
    default:
      // Also the 64-bit types: the code is generated with --force-number.
      return "number";
  }
}
