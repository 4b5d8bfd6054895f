/**
 * Which annotations of a tenant's object reach the object that is made for it in the hub. Nothing
 * does unless the operator says so: annotations steer cloud load balancers, DNS and certificates.
 *
 * @module
 */
import { isAnnotationKey } from "../../../apis/meta/qualified_name.ts";
import { matchGlob } from "./glob.ts";

/** The four fields that `Config` and `Tenant` share. Absent and empty differ. */
export interface AnnotationSettings {
  /** Glob of the key → "" for any value, else the values allowed, separated by commas. */
  readonly propagatedAnnotations?: Readonly<Record<string, string>>;
  readonly propagateAllAnnotations?: boolean;
  /** Globs of keys that never pass. */
  readonly deniedAnnotations?: readonly string[];
  /** Kind ("service", …, "all") → annotations added when absent; the denied list does not apply. */
  readonly defaultAnnotations?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * The settings that hold for a tenant. Each group is the tenant's or the Config's as a whole; they
 * are never merged: a tenant that lists one annotation has exactly this one.
 */
export function resolveAnnotationSettings(
  tenant: AnnotationSettings,
  config: AnnotationSettings,
): AnnotationSettings {
  const tenantAllows = tenant.propagatedAnnotations !== undefined ||
    tenant.propagateAllAnnotations !== undefined;
  const allow = tenantAllows ? tenant : config;
  const denied = tenant.deniedAnnotations ?? config.deniedAnnotations;
  const defaults = tenant.defaultAnnotations ?? config.defaultAnnotations;
  return {
    ...(allow.propagatedAnnotations && { propagatedAnnotations: allow.propagatedAnnotations }),
    ...(allow.propagateAllAnnotations && { propagateAllAnnotations: true }),
    ...(denied && { deniedAnnotations: denied }),
    ...(defaults && { defaultAnnotations: defaults }),
  };
}

/**
 * The annotations of a hub object of `kind` made for a tenant's object with annotations `source`.
 *
 * @param kind lower case: "service", "ingress", "gateway", "httproute", "grpcroute".
 */
export function propagateAnnotations(
  source: Readonly<Record<string, string>>,
  settings: AnnotationSettings,
  kind: string,
): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [key, value] of Object.entries(source)) {
    if (passes(key, value, settings)) result[key] = value;
  }
  const { defaultAnnotations: defaults = {} } = settings;
  const added = Object.entries({ ...defaults["all"], ...defaults[kind] })
    // The API server would refuse the whole object, and that of every tenant.
    .filter(([key]) => isAnnotationKey(key));
  return { ...Object.fromEntries(added), ...result };
}

function passes(key: string, value: string, settings: AnnotationSettings): boolean {
  if (settings.deniedAnnotations?.some((glob) => matchGlob(glob, key))) return false;
  if (settings.propagateAllAnnotations) return true;
  return Object.entries(settings.propagatedAnnotations ?? {}).some(([glob, values]) =>
    matchGlob(glob, key) &&
    (values === "" || values.split(",").some((allowed) => allowed.trim() === value))
  );
}
