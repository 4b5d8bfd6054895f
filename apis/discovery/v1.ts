/**
 * `discovery.k8s.io/v1`: the endpoints behind a Service.
 *
 * @module
 */

import { type KubeObject, type ObjectReference, resourceType } from "../meta/v1.ts";

/** The label of an EndpointSlice that names its Service. */
export const serviceNameLabel = "kubernetes.io/service-name";

/** What may be done with an endpoint. An absent condition counts as ready and serving. */
export interface EndpointConditions {
  ready?: boolean;
  serving?: boolean;
  terminating?: boolean;
}

/** One endpoint; its addresses are fungible. */
export interface Endpoint {
  addresses: string[];
  conditions?: EndpointConditions;
  hostname?: string;
  nodeName?: string;
  zone?: string;
  targetRef?: ObjectReference;
}

/** A port of all endpoints of the slice. */
export interface EndpointSlicePort {
  name?: string;
  protocol?: "TCP" | "UDP" | "SCTP";
  port?: number;
  appProtocol?: string;
}

/** A slice of the endpoints of one Service, of one address type. */
export interface EndpointSlice extends KubeObject {
  addressType: "IPv4" | "IPv6" | "FQDN";
  /** The API server writes null for none. */
  endpoints?: Endpoint[] | null;
  ports?: EndpointSlicePort[] | null;
}

/** EndpointSlices. */
export const endpointSlices = resourceType<EndpointSlice>(
  "discovery.k8s.io",
  "v1",
  "EndpointSlice",
  "endpointslices",
  true,
);
