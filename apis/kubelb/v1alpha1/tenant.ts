/**
 * Tenant: one cluster that may use this hub, and what is different for it.
 *
 * @module
 */

import { resourceRequirements } from "../../core/resource_requirements.ts";
import { conditions } from "../../core/schemas.ts";
import type { KubeObject } from "../../meta/v1.ts";
import {
  customResource,
  described,
  type Infer,
  integer,
  object,
  oneOf,
  optional,
} from "../../schema/mod.ts";
import { annotationSettingsFields } from "./annotation_settings.ts";
import { featureSettingsFields } from "./feature_settings.ts";
import { group, version } from "./group.ts";
import { ageColumn } from "./print_columns.ts";

const specSchema = object("What is different from Config for this tenant.", {
  ...annotationSettingsFields,
  envoyProxy: optional(object("The tenant's Envoys.", {
    replicas: optional(
      integer("Number of Envoys; not with useDaemonset.", { minimum: 1 }),
    ),
    resources: optional(described("Resources of the Envoy container.", resourceRequirements)),
  })),
  ...featureSettingsFields,
}, { default: {} });

/** What is different from Config for a tenant. */
export interface TenantSpec extends Infer<typeof specSchema> {}

const statusSchema = object("What has become of it.", {
  observedGeneration: optional(
    integer("The metadata.generation that the status speaks of.", { format: "int64" }),
  ),
  phase: optional(oneOf("Summary of the conditions.", [
    "Pending",
    "Ready",
    "Failed",
    "Terminating",
  ])),
  conditions: optional(conditions),
});

/** What has become of a tenant. */
export interface TenantStatus extends Infer<typeof statusSchema> {}

const schema = object("A cluster that may use this hub.", {
  spec: specSchema,
  status: optional(statusSchema),
});

/** A cluster that may use this hub. */
export interface Tenant extends KubeObject, Infer<typeof schema> {
  spec: TenantSpec;
  status?: TenantStatus;
}

/** The definition of {@linkcode Tenant}. */
export const tenantResource = customResource<Tenant>({
  group,
  version,
  kind: "Tenant",
  plural: "tenants",
  namespaced: false,
  columns: [{ name: "Phase", type: "string", jsonPath: ".status.phase" }, ageColumn],
  schema,
});

/** Tenants. */
export const tenants = tenantResource.type;
