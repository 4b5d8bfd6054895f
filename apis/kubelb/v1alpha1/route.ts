/**
 * Route: one layer-7 object of a tenant (Ingress, Gateway, HTTPRoute, GRPCRoute) and what it needs.
 *
 * @module
 */

import { conditions, servicePort } from "../../core/schemas.ts";
import type { Service } from "../../core/v1.ts";
import type { KubeObject } from "../../meta/v1.ts";
import {
  anyObject,
  array,
  customResource,
  embedded,
  type Infer,
  integer,
  map,
  object,
  optional,
  string,
} from "../../schema/mod.ts";
import { endpointGroupsSchema } from "./endpoints.ts";
import { group, version } from "./group.ts";
import { ageColumn, labelColumn, readyColumn } from "./print_columns.ts";

const kubernetesSourceSchema = object("Objects of a Kubernetes cluster; written by the CCM.", {
  resource: optional(embedded<KubeObject>("The object that the Route stands for.")),
  services: optional(array(
    "The Services that the object sends traffic to, with their node ports.",
    embedded<Service>("A Service of the tenant."),
  )),
});

const specSchema = object("What the tenant asks for.", {
  endpoints: endpointGroupsSchema,
  source: optional(object("Where the Route comes from.", {
    kubernetes: optional(kubernetesSourceSchema),
  })),
  resolved: optional(anyObject(
    "What the tenant's cluster decided: accepted parents, resolved references, granted backends.",
  )),
});

/** What the tenant asks for. */
export interface RouteSpec extends Infer<typeof specSchema> {}

const resourceStateFields = {
  apiVersion: optional(string("API version of the object.")),
  kind: optional(string("Kind of the object.")),
  name: optional(string("Name in the tenant cluster.")),
  namespace: optional(string("Namespace in the tenant cluster.")),
  generatedName: optional(string("Name in the hub.")),
  status: optional(anyObject("Status as the tenant's object shall have it.")),
  conditions: optional(conditions),
};

const routeStateSchema = object("The object that serves the Route.", resourceStateFields);
const serviceStateSchema = object("A Service made for the Route.", {
  ...resourceStateFields,
  ports: optional(array("Its ports.", servicePort)),
});

/** State of the object that serves a Route. */
export interface RouteResourceState extends Infer<typeof routeStateSchema> {}

/** State of a Service made for a Route. */
export interface RouteServiceState extends Infer<typeof serviceStateSchema> {}

const statusSchema = object("What has become of it.", {
  observedGeneration: optional(
    integer("The metadata.generation that the status speaks of.", { format: "int64" }),
  ),
  conditions: optional(conditions),
  resources: optional(object("What was made for the Route.", {
    source: optional(string("Where the Route comes from.")),
    services: optional(map("By <origin namespace>/<origin name>.", serviceStateSchema)),
    route: optional(routeStateSchema),
  })),
});

/** What has become of a Route. */
export interface RouteStatus extends Infer<typeof statusSchema> {}

const schema = object("A layer-7 object of a tenant.", {
  spec: specSchema,
  status: optional(statusSchema),
});

/** A layer-7 object of a tenant. */
export interface Route extends KubeObject, Infer<typeof schema> {
  spec: RouteSpec;
  status?: RouteStatus;
}

/** The definition of {@linkcode Route}. */
export const routeResource = customResource<Route>({
  group,
  version,
  kind: "Route",
  plural: "routes",
  namespaced: true,
  columns: [
    labelColumn("OriginName", "origin-name"),
    labelColumn("OriginNamespace", "origin-ns"),
    labelColumn("OriginResource", "origin-resource-kind"),
    readyColumn,
    ageColumn,
  ],
  schema,
});

/** Routes. */
export const routes = routeResource.type;
