/**
 * Names of objects in the hub that are made from two or three names of the tenant cluster. The
 * algorithms are upstream's (`GenerateName`, `GenerateRouteServiceName`), so that objects of an
 * upstream manager are found again; with 16 bits of hash they are not free of collisions.
 *
 * @module
 */

import { createHash } from "node:crypto";

/** From this length on a name is cut: Service names end at 63. */
const maxLength = 60;

/** How much of a cut name stays in front of `-` and the hash. */
const keptLength = 55;

/** Name of the hub's copy of an Ingress, HTTPRoute or GRPCRoute. */
export function generatedName(namespace: string, name: string): string {
  return truncate(`${namespace}-${name}`);
}

/** Name of the hub Service for one backend of a Route: a DNS label that starts with a letter. */
export function routeServiceName(namespace: string, route: string, service: string): string {
  const label = `${namespace}-${route}-${service}`
    .toLowerCase()
    .replace(/[^a-z0-9-]/gu, "-")
    .replace(/^-+|-+$/g, "");
  return truncate(/^[a-z]/.test(label) ? label : label === "" ? "k" : `k-${label}`);
}

function truncate(name: string): string {
  if (name.length < maxLength) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 4);
  return `${name.slice(0, keptLength).replace(/-+$/, "")}-${hash}`;
}
