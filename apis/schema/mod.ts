/**
 * One definition of a custom resource: its TypeScript type, its validation, its CRD.
 *
 * @module
 */

export * from "./schema.ts";
export * from "./builders.ts";
export * from "./custom_resource.ts";
export * from "./custom_resource_definition.ts";
export * from "./open_api.ts";
export * from "./validate.ts";
