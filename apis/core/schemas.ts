/**
 * Schemas of the `core/v1` and `meta/v1` types that KubeLB's own resources contain. Their TypeScript
 * types are exported from `core/v1.ts` and `meta/v1.ts`.
 *
 * @module
 */

import type { Condition, ObjectReference } from "../meta/v1.ts";
import {
  array,
  integer,
  intOrString,
  object,
  oneOf,
  optional,
  type Schema,
  string,
  time,
} from "../schema/mod.ts";

/** `core/v1.ObjectReference`; atomic, as in the core API. */
export const objectReference: Schema<ObjectReference> = object("Refers to an object.", {
  apiVersion: optional(string("API version of the object.")),
  kind: optional(string("Kind of the object.")),
  name: optional(string("Name of the object.")),
  namespace: optional(string("Namespace of the object.")),
  uid: optional(string("UID of the object.")),
  resourceVersion: optional(string("Version of the object that is meant.")),
  fieldPath: optional(string("The part of the object that is meant.")),
}, { atomic: true });

/** `meta/v1.Condition`. */
export const condition: Schema<Condition> = object("One aspect of the state of the object.", {
  type: string("Which aspect: CamelCase, or foo.example.com/CamelCase.", {
    maxLength: 316,
    pattern:
      "^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$",
  }),
  status: oneOf("Whether it holds.", ["True", "False", "Unknown"]),
  observedGeneration: optional(
    integer("The metadata.generation that the condition speaks of.", {
      format: "int64",
      minimum: 0,
    }),
  ),
  lastTransitionTime: time("When status last changed."),
  reason: string("The cause of the last change, in CamelCase, for programs.", {
    minLength: 1,
    maxLength: 1024,
    pattern: "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$",
  }),
  message: string("The same for people.", { maxLength: 32768 }),
});

/** A status list of conditions; server-side apply merges it by type. */
export const conditions: Schema<Condition[]> = array(
  "What is known of the object, one entry per aspect; `kubectl wait --for=condition=Ready` reads it.",
  condition,
  { listType: "map", listMapKeys: ["type"] },
);

/** `core/v1.ServicePort`, field by field; LoadBalancer's status extends it. */
export const servicePortFields = {
  name: optional(string("Name of the port within the Service.")),
  protocol: optional(string("TCP, UDP or SCTP.", { default: "TCP" })),
  appProtocol: optional(string("Application protocol of the port.")),
  port: integer("The port on which the Service is reached."),
  targetPort: optional(intOrString("The port on the Service's endpoints.")),
  nodePort: optional(integer("The port on every node, when the Service has node ports.")),
};

/** `core/v1.ServicePort`. */
export const servicePort = object("One port of a Service.", servicePortFields);

const portStatus = object("State of one port of the Service.", {
  port: integer("The port."),
  protocol: string("TCP, UDP or SCTP.", { default: "TCP" }),
  error: optional(string("What is wrong with the port.", { maxLength: 316 })),
});

/** `core/v1.LoadBalancerIngress`. */
export const loadBalancerIngress = object("One point where clients reach the load balancer.", {
  ip: optional(string("Its IP address.")),
  hostname: optional(string("Its host name.")),
  ipMode: optional(string("VIP when packets arrive with the address as destination, or Proxy.")),
  ports: optional(array("State of the ports.", portStatus, { listType: "atomic" })),
});

/** `core/v1.LoadBalancerStatus`. */
export const loadBalancerStatus = object("Where clients reach the load balancer.", {
  ingress: optional(array("The points.", loadBalancerIngress, { listType: "atomic" })),
});
