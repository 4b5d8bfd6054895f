/**
 * SyncSecret: a Secret that a tenant gives to the hub, most often a certificate.
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
  map,
  object,
  oneOf,
  optional,
  string,
} from "../../schema/mod.ts";
import { group, version } from "./group.ts";
import { ageColumn } from "./print_columns.ts";

const statusSchema = object("What has become of it.", {
  observedGeneration: optional(
    integer("The metadata.generation that the status speaks of.", { format: "int64" }),
  ),
  phase: optional(oneOf("Summary of the conditions.", [
    "Pending",
    "Synced",
    "Failed",
    "Terminating",
  ])),
  conditions: optional(conditions),
});

/** What has become of a SyncSecret. */
export interface SyncSecretStatus extends Infer<typeof statusSchema> {}

// Not `format: byte`: the API server takes an empty string for malformed then, and a Secret may well
// have an empty value.
const base64 = string("Value in base64.", {
  pattern: "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
});

// Like a Secret, and unlike the other kinds, it has no spec.
const schema = object("A Secret that a tenant gives to the hub.", {
  immutable: optional(boolean("The data does not change any more.")),
  data: optional(map("The data.", base64)),
  stringData: optional(map("The data in plain; wins over data.", string("Value."))),
  type: optional(string("Type of the Secret, such as kubernetes.io/tls.")),
  status: optional(statusSchema),
});

/** A Secret that a tenant gives to the hub. */
export interface SyncSecret extends KubeObject, Infer<typeof schema> {
  status?: SyncSecretStatus;
}

/** The definition of {@linkcode SyncSecret}. */
export const syncSecretResource = customResource<SyncSecret>({
  group,
  version,
  kind: "SyncSecret",
  plural: "syncsecrets",
  namespaced: true,
  columns: [
    { name: "Type", type: "string", jsonPath: ".type" },
    { name: "Phase", type: "string", jsonPath: ".status.phase" },
    ageColumn,
  ],
  schema,
});

/** SyncSecrets. */
export const syncSecrets = syncSecretResource.type;
