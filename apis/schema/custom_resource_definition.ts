/**
 * The CustomResourceDefinition of a custom resource.
 *
 * @module
 */

import type { CustomResourceDefinition, JsonSchemaProps } from "../apiextensions/v1.ts";
import type { KubeObject } from "../meta/v1.ts";
import type { CustomResource } from "./custom_resource.ts";
import { openApi } from "./open_api.ts";

/** What every object has; the API server checks metadata by itself. */
const objectProperties: Record<string, JsonSchemaProps> = {
  apiVersion: { description: "Group and version of the object's schema.", type: "string" },
  kind: { description: "Kind of the object.", type: "string" },
  metadata: { type: "object" },
};

/** The definition that makes an API server serve the resource, with a status subresource. */
export function customResourceDefinition<T extends KubeObject>(
  { type, singular, shortNames, columns, root }: CustomResource<T>,
): CustomResourceDefinition {
  const schema = openApi(root);
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${type.plural}.${type.group}` },
    spec: {
      group: type.group,
      scope: type.namespaced ? "Namespaced" : "Cluster",
      names: {
        kind: type.kind,
        listKind: `${type.kind}List`,
        plural: type.plural,
        singular,
        ...(shortNames.length > 0 && { shortNames: [...shortNames] }),
      },
      versions: [{
        name: type.version,
        served: true,
        storage: true,
        ...(columns.length > 0 && { additionalPrinterColumns: columns.map((it) => ({ ...it })) }),
        schema: {
          openAPIV3Schema: {
            ...schema,
            properties: { ...objectProperties, ...schema.properties },
          },
        },
        subresources: { status: {} },
      }],
    },
  };
}
