/**
 * Addresses: where a tenant's endpoints are. `default` lists the nodes; in pod mode there is one per
 * backend Service, named by its UID, with `endpoints`.
 *
 * @module
 */

import { conditions } from "../../core/schemas.ts";
import type { KubeObject } from "../../meta/v1.ts";
import {
  array,
  boolean,
  customResource,
  type Infer,
  integer,
  object,
  optional,
  string,
} from "../../schema/mod.ts";
import { endpointAddressSchema, endpointPortSchema } from "./endpoints.ts";
import { group, version } from "./group.ts";
import { ageColumn } from "./print_columns.ts";

const podEndpointSchema = object("One endpoint, usually a pod.", {
  addresses: array("Its IP addresses.", string("IP address."), { minItems: 1 }),
  ports: optional(array("Its ports.", endpointPortSchema)),
  ready: optional(boolean("Whether it takes new connections; true when absent.")),
  serving: optional(boolean("Whether it answers, even while it terminates.")),
  terminating: optional(boolean("Whether it is being deleted.")),
  nodeName: optional(string("The node that it runs on.")),
  zone: optional(string("The zone that it runs in.")),
});

/** One endpoint of a backend Service. */
export interface PodEndpoint extends Infer<typeof podEndpointSchema> {}

const specSchema = object("The addresses.", {
  addresses: optional(
    array("Addresses without ports of their own: the nodes.", endpointAddressSchema, {
      minItems: 1,
    }),
  ),
  endpoints: optional(array("Endpoints with ports of their own: the pods.", podEndpointSchema)),
}, { default: {} });

/** Where a tenant's endpoints are. */
export interface AddressesSpec extends Infer<typeof specSchema> {}

const statusSchema = object("What has become of it.", {
  observedGeneration: optional(
    integer("The metadata.generation that the status speaks of.", { format: "int64" }),
  ),
  conditions: optional(conditions),
});

/** What has become of an Addresses object. */
export interface AddressesStatus extends Infer<typeof statusSchema> {}

const schema = object("Where a tenant's endpoints are.", {
  spec: specSchema,
  status: optional(statusSchema),
});

/** Where a tenant's endpoints are. */
export interface Addresses extends KubeObject, Infer<typeof schema> {
  spec: AddressesSpec;
  status?: AddressesStatus;
}

/** The definition of {@linkcode Addresses}. */
export const addressesResource = customResource<Addresses>({
  group,
  version,
  kind: "Addresses",
  plural: "addresses",
  namespaced: true,
  columns: [ageColumn],
  schema,
});

/** Addresses objects. */
export const addresses = addressesResource.type;
