/**
 * What the hub offers, as Config says for all tenants and Tenant for one.
 *
 * @module
 */

import { objectReference } from "../../core/schemas.ts";
import { boolean, described, object, optional, string } from "../../schema/mod.ts";

const disable = optional(
  boolean("Switches it off: Config for all tenants, Tenant for one. Neither switches it on again."),
);

/** The fields, to be spread into a spec. */
export const featureSettingsFields = {
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
    allowExplicitHostnames: optional(boolean("Whether tenants may choose host names.")),
    useDNSAnnotations: optional(boolean("Write annotations for external-dns.")),
    useCertificateAnnotations: optional(boolean("Write annotations for cert-manager.")),
  })),
  certificates: optional(object("Certificates.", {
    defaultClusterIssuer: optional(string("ClusterIssuer of cert-manager.")),
  })),
};
