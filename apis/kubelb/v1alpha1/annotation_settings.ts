/**
 * Which annotations of a tenant's objects reach the hub: fields that Config and Tenant share. The
 * rules are in `apis/kubelb/annotation_propagation.ts`.
 *
 * @module
 */

import { array, boolean, type Infer, map, object, optional, string } from "../../schema/mod.ts";

/** The fields, to be spread into a spec. */
export const annotationSettingsFields = {
  propagatedAnnotations: optional(map(
    "Annotations that are passed on: a glob of keys to the allowed values, separated by commas; " +
      "an empty string allows any value.",
    string("Allowed values."),
  )),
  propagateAllAnnotations: optional(boolean("Pass on all annotations that are not denied.")),
  deniedAnnotations: optional(
    array("Globs of keys that are never passed on; they win.", string("Glob of keys.")),
  ),
  defaultAnnotations: optional(map(
    "Annotations that objects in the hub get when they lack them, by kind: all, service, " +
      "ingress, gateway, httproute, grpcroute, tcproute, udproute, tlsroute.",
    map("Annotations.", string("Value.")),
  )),
};

const schema = object("Which annotations reach the hub.", annotationSettingsFields);

/** Which annotations reach the hub. */
export interface AnnotationSettings extends Infer<typeof schema> {}
