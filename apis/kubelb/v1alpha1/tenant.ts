/**
 * Tenant: one cluster that may use this hub, and what is different for it.
 *
 * @module
 */

import { resourceRequirements } from "../../core/resource_requirements.ts";
import { conditions, objectReference } from "../../core/schemas.ts";
import type { KubeObject } from "../../meta/v1.ts";
import {
  boolean,
  customResource,
  described,
  type Infer,
  integer,
  object,
  oneOf,
  optional,
  string,
} from "../../schema/mod.ts";
import { annotationSettingsFields } from "./annotation_settings.ts";
import { group, version } from "./group.ts";
import { ageColumn } from "./print_columns.ts";

const disable = optional(boolean("Switches it off for the tenant."));

const specSchema = object("What is different from Config for this tenant.", {
  ...annotationSettingsFields,
  envoyProxy: optional(object("The tenant's Envoys.", {
    replicas: optional(
      integer("Number of Envoys; not with useDaemonset.", { minimum: 1 }),
    ),
    resources: optional(described("Resources of the Envoy container.", resourceRequirements)),
  })),
  loadBalancer: optional(object("Layer-4 load balancers.", {
    class: optional(string("loadBalancerClass of the Services in the hub.")),
    disable,
  })),
  ingress: optional(object("Ingresses.", {
    class: optional(string("ingressClassName in the hub.")),
    disable,
  })),
  gatewayAPI: optional(object("Gateway API.", {
    class: optional(string("gatewayClassName in the hub.")),
    defaultGateway: optional(described("The Gateway of host name routes.", objectReference)),
    disable,
  })),
  dns: optional(object("Host names.", {
    wildcardDomain: optional(string("Domain under which host names are generated.")),
    allowExplicitHostnames: optional(boolean("Whether the tenant may choose host names.")),
    useDNSAnnotations: optional(boolean("Write annotations for external-dns.")),
    useCertificateAnnotations: optional(boolean("Write annotations for cert-manager.")),
  })),
  certificates: optional(object("Certificates.", {
    defaultClusterIssuer: optional(string("ClusterIssuer of cert-manager.")),
  })),
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
