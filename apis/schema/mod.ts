/**
 * One definition of a custom resource: its TypeScript type, its validation, its CRD.
 *
 * @module
 */

export * from "./schema.ts";
export * from "./builders.ts";
export * from "./custom_resource.ts";
