/**
 * LoadBalancer: one layer-4 load balancer that a tenant asks for.
 *
 * @module
 */

import { conditions, loadBalancerStatus, servicePortFields } from "../../core/schemas.ts";
import type { KubeObject } from "../../meta/v1.ts";
import {
  array,
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
import { durationPattern } from "../duration.ts";
import { endpointGroupsSchema, protocols } from "./endpoints.ts";
import { group, version } from "./group.ts";
import { ageColumn, labelColumn, readyColumn } from "./print_columns.ts";

const portSchema = object("One port on which clients reach the load balancer.", {
  name: optional(string("Matches the endpoints' port of the same name; else the position counts.")),
  protocol: optional(oneOf("TCP when absent.", protocols)),
  port: integer("The port number."),
});

/** One port on which clients reach the load balancer. */
export interface LoadBalancerPort extends Infer<typeof portSchema> {}

const healthCheckSchema = object(
  "Active TCP checks of the endpoints; an absent field keeps the default.",
  {
    disabled: optional(boolean("Send no checks at all.")),
    interval: optional(string(
      "Time between two checks of an endpoint, such as 10s. At least 5s, and more where an Envoy has " +
        "thousands of endpoints to check.",
      { pattern: durationPattern },
    )),
    timeout: optional(string("When a check counts as failed.", { pattern: durationPattern })),
    unhealthyThreshold: optional(
      integer("Failed checks in a row after which an endpoint gets no traffic.", { minimum: 1 }),
    ),
    healthyThreshold: optional(
      integer("Passed checks in a row after which it gets traffic again.", { minimum: 1 }),
    ),
  },
);

/** How endpoints are checked. */
export interface LoadBalancerHealthCheck extends Infer<typeof healthCheckSchema> {}

const persistenceSchema = object("Sends a client to the same endpoint again.", {
  type: oneOf("By what a client is recognised.", ["SourceIP"]),
});

const specSchema = object("What the tenant asks for.", {
  endpoints: endpointGroupsSchema,
  ports: optional(array("The ports on which clients reach the load balancer.", portSchema)),
  hostname: optional(string("Host name under which to publish an HTTP service.")),
  type: optional(string("Type of the Service in the hub.", { default: "ClusterIP" })),
  externalTrafficPolicy: optional(
    string("Cluster or Local: whether a node of the hub may pass traffic on to another."),
  ),
  persistence: optional(persistenceSchema),
  loadBalancerIP: optional(
    string("The address that is asked for; one that is taken or not in the pool is a condition."),
  ),
  sourceRanges: optional(
    array("CIDRs of the clients that may connect; everyone when absent or empty.", string("CIDR.")),
  ),
  healthCheckNodePort: optional(integer(
    "Node port that answers HTTP 200 on /healthz where a node has local endpoints (policy Local).",
  )),
  healthCheck: optional(healthCheckSchema),
  ipFamilies: optional(
    array("Address families, the primary first.", oneOf("Family.", ["IPv4", "IPv6"]), {
      maxItems: 2,
    }),
  ),
  ipFamilyPolicy: optional(
    oneOf("How both families are used.", ["SingleStack", "PreferDualStack", "RequireDualStack"]),
  ),
});

/** What the tenant asks for. */
export interface LoadBalancerSpec extends Infer<typeof specSchema> {}

const statusPortSchema = object("One port of the Service in the hub.", {
  ...servicePortFields,
  upstreamTargetPort: integer("The port of the endpoints that it leads to; 0 when none matched."),
});

const hostnameStatusSchema = object("The host name feature's state.", {
  hostname: optional(string("The host name under which the load balancer is published.")),
  tlsEnabled: optional(boolean("Whether HTTPS answers under the host name.")),
  dnsRecordCreated: optional(boolean("Whether the host name resolves.")),
});

const statusSchema = object("What has become of it.", {
  observedGeneration: optional(
    integer("The metadata.generation that the status speaks of.", { format: "int64" }),
  ),
  conditions: optional(conditions),
  loadBalancer: optional(described("Addresses of the load balancer.", loadBalancerStatus)),
  service: optional(object("The Service in the hub.", {
    ports: optional(array("Its ports.", statusPortSchema)),
  })),
  hostname: optional(hostnameStatusSchema),
});

/** What has become of a load balancer. */
export interface LoadBalancerStatus extends Infer<typeof statusSchema> {}

/** One port of the hub Service, as the status tells it. */
export interface LoadBalancerStatusPort extends Infer<typeof statusPortSchema> {}

const schema = object("A layer-4 load balancer of a tenant.", {
  spec: specSchema,
  status: optional(statusSchema),
});

/** A layer-4 load balancer of a tenant. */
export interface LoadBalancer extends KubeObject, Infer<typeof schema> {
  spec: LoadBalancerSpec;
  status?: LoadBalancerStatus;
}

/** The definition of {@linkcode LoadBalancer}. */
export const loadBalancerResource = customResource<LoadBalancer>({
  group,
  version,
  kind: "LoadBalancer",
  plural: "loadbalancers",
  shortNames: ["lb"],
  namespaced: true,
  columns: [
    labelColumn("OriginName", "origin-name"),
    labelColumn("OriginNamespace", "origin-ns"),
    { name: "Hostname", type: "string", jsonPath: ".status.hostname.hostname" },
    { name: "Address", type: "string", jsonPath: ".status.loadBalancer.ingress[*].ip" },
    readyColumn,
    ageColumn,
  ],
  schema,
});

/** LoadBalancers. */
export const loadBalancers = loadBalancerResource.type;
