/**
 * Where traffic goes: addresses and ports in the tenant cluster, shared by LoadBalancer, Route and
 * Addresses.
 *
 * @module
 */

import { objectReference } from "../../core/schemas.ts";
import {
  array,
  constrained,
  described,
  type Infer,
  integer,
  object,
  oneOf,
  optional,
  type Schema,
  string,
} from "../../schema/mod.ts";

/** The protocols that a load balancer carries. An absent protocol means TCP. */
export const protocols = ["TCP", "UDP"] as const;

/** See {@linkcode protocols}. */
export type Protocol = typeof protocols[number];

// The exported schemas are typed by the interfaces' names: so types that contain them show the names.

const endpointAddressFields = {
  ip: optional(string(
    "IPv4 or IPv6 address. Loopback, link-local, multicast and the hub's own ranges are refused " +
      "unless the hub's operator allows them. Wins when a host name is given too.",
  )),
  hostname: optional(string("Host name; resolved in the hub.")),
};

const address = constrained(
  object("One address: an IP or a host name.", endpointAddressFields),
  {
    // CEL's || absorbs the error of a missing key, so this also holds with one key only.
    cel: "size(self.ip) > 0 || size(self.hostname) > 0",
    message: "at least one of ip or hostname must be set",
    holds: ({ ip, hostname }) => Boolean(ip) || Boolean(hostname),
  },
);

/** One address: an IP or a host name. */
export interface EndpointAddress extends Infer<typeof address> {}

/** See {@linkcode EndpointAddress}. */
export const endpointAddressSchema: Schema<EndpointAddress> = address;

const port = object("One port of the endpoints.", {
  name: optional(string("Matches the load balancer's port of the same name.")),
  port: integer("The port number, for example the node port in the tenant cluster."),
  protocol: optional(oneOf("TCP when absent.", protocols)),
});

/** One port of the endpoints. */
export interface EndpointPort extends Infer<typeof port> {}

/** See {@linkcode EndpointPort}. */
export const endpointPortSchema: Schema<EndpointPort> = port;

const endpoints = object(
  "A group of addresses with common ports: every address is combined with every port.",
  {
    name: optional(string("Name of the group.")),
    addresses: optional(array("The addresses.", endpointAddressSchema, { minItems: 1 })),
    addressesReference: optional(described(
      "The Addresses object in the same namespace to take the addresses from; wins over " +
        "addresses. Only its name is read.",
      objectReference,
    )),
    ports: optional(array("The ports, in the order of spec.ports.", endpointPortSchema, {
      minItems: 1,
    })),
  },
);

/** A group of addresses with common ports. */
export interface LoadBalancerEndpoints extends Infer<typeof endpoints> {}

/** `spec.endpoints` of LoadBalancer and Route. */
export const endpointGroupsSchema: Schema<LoadBalancerEndpoints[]> = array(
  "The groups of endpoints that serve the traffic.",
  endpoints,
  { minItems: 1 },
);
