/**
 * Config: the settings of a hub; `default` in the manager's namespace. Absent means all defaults.
 *
 * @module
 */

import { conditions } from "../../core/schemas.ts";
import type { KubeObject } from "../../meta/v1.ts";
import {
  array,
  customResource,
  type Infer,
  integer,
  object,
  optional,
  string,
} from "../../schema/mod.ts";
import { annotationSettingsFields } from "./annotation_settings.ts";
import { envoyProxySchema } from "./envoy_proxy.ts";
import { featureSettingsFields } from "./feature_settings.ts";
import { group, version } from "./group.ts";
import { ageColumn } from "./print_columns.ts";
import { versionInfoSchema } from "./version_info.ts";

const endpointPolicySchema = object(
  "Which addresses tenants may name as endpoints, besides the built-in rules.",
  {
    allowedCIDRs: optional(
      array("Allowed although the built-in rules refuse them.", string("CIDR.")),
    ),
    deniedCIDRs: optional(array("Refused; wins over everything.", string("CIDR."))),
  },
);

/** Which addresses tenants may name as endpoints. */
export interface EndpointPolicy extends Infer<typeof endpointPolicySchema> {}

const specSchema = object("The settings.", {
  ...annotationSettingsFields,
  envoyProxy: optional(envoyProxySchema),
  ...featureSettingsFields,
  endpointPolicy: optional(endpointPolicySchema),
}, { default: {} });

/** The settings of a hub. */
export interface ConfigSpec extends Infer<typeof specSchema> {}

const statusSchema = object("What has become of it.", {
  observedGeneration: optional(
    integer("The metadata.generation that the status speaks of.", { format: "int64" }),
  ),
  conditions: optional(conditions),
  version: optional(versionInfoSchema),
});

/** What has become of the settings. */
export interface ConfigStatus extends Infer<typeof statusSchema> {}

const schema = object("The settings of a hub.", {
  spec: specSchema,
  status: optional(statusSchema),
});

/** The settings of a hub. */
export interface Config extends KubeObject, Infer<typeof schema> {
  spec: ConfigSpec;
  status?: ConfigStatus;
}

/** The definition of {@linkcode Config}. */
export const configResource = customResource<Config>({
  group,
  version,
  kind: "Config",
  plural: "configs",
  namespaced: true,
  columns: [
    { name: "Edition", type: "string", jsonPath: ".status.version.edition" },
    { name: "Version", type: "string", jsonPath: ".status.version.gitVersion" },
    ageColumn,
  ],
  schema,
});

/** Configs. */
export const configs = configResource.type;
