/**
 * TenantState: what the hub tells a tenant about itself; `default` in the tenant's namespace.
 *
 * @module
 */

import { conditions } from "../../core/schemas.ts";
import type { KubeObject } from "../../meta/v1.ts";
import {
  boolean,
  customResource,
  type Infer,
  integer,
  object,
  optional,
  time,
} from "../../schema/mod.ts";
import { group, version } from "./group.ts";
import { ageColumn } from "./print_columns.ts";
import { versionInfoSchema } from "./version_info.ts";

const statusSchema = object("What the hub tells.", {
  observedGeneration: optional(
    integer("The metadata.generation that the status speaks of.", { format: "int64" }),
  ),
  version: optional(versionInfoSchema),
  lastUpdated: optional(time("When the status last changed.")),
  conditions: optional(conditions),
  loadBalancer: optional(object("Layer-4 load balancers.", {
    disable: optional(boolean("Whether they are switched off for the tenant.")),
  })),
});

/** What the hub tells a tenant. */
export interface TenantStateStatus extends Infer<typeof statusSchema> {}

const schema = object("What the hub tells a tenant about itself.", {
  spec: object("Empty.", {}, { default: {} }),
  status: optional(statusSchema),
});

/** What the hub tells a tenant about itself. */
export interface TenantState extends KubeObject, Infer<typeof schema> {
  spec: Record<string, never>;
  status?: TenantStateStatus;
}

/** The definition of {@linkcode TenantState}. */
export const tenantStateResource = customResource<TenantState>({
  group,
  version,
  kind: "TenantState",
  plural: "tenantstates",
  namespaced: true,
  columns: [
    { name: "Edition", type: "string", jsonPath: ".status.version.edition" },
    ageColumn,
  ],
  schema,
});

/** TenantStates. */
export const tenantStates = tenantStateResource.type;
