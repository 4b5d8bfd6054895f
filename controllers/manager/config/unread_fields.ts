/**
 * Which fields of a Config have no effect with this manager.
 *
 * @module
 */
import { configResource, type ConfigSpec } from "../../../apis/kubelb/v1alpha1/mod.ts";
import type { SchemaNode } from "../../../apis/schema/mod.ts";
import type { FleetRuntime } from "../../../fleet/runtime.ts";
import { semanticEqual } from "../../../kube/semantic_equal.ts";

/**
 * The fields of `spec` that this manager reads wherever Envoys run. Upstream's others are for layer 7
 * and for Envoys in pods; a user who sets one shall see that it does nothing here.
 */
const readFields: readonly string[] = [
  "propagatedAnnotations",
  "propagateAllAnnotations",
  "deniedAnnotations",
  "defaultAnnotations",
  "loadBalancer",
  "endpointPolicy",
  "envoyProxy.portRange",
];

/** Those that it reads besides when Envoys are pods. */
const podFields: readonly string[] = [
  "envoyProxy.replicas",
  "envoyProxy.singlePodPerNode",
  "envoyProxy.nodeSelector",
  "envoyProxy.tolerations",
  "envoyProxy.affinity",
  "envoyProxy.resources",
  "envoyProxy.gracefulShutdown.disabled",
  "envoyProxy.gracefulShutdown.drainTimeout",
  "envoyProxy.gracefulShutdown.terminationGracePeriodSeconds",
  "envoyProxy.overloadManager",
];

/**
 * The fields that are set and that nothing reads: `dns`, `envoyProxy.replicas`; sorted. Fields with
 * their default are left out, because the API server fills them in beside one that the user sets.
 */
export function unreadFields(spec: ConfigSpec, runtime: FleetRuntime["kind"]): string[] {
  const read = runtime === "kubernetes" ? [...readFields, ...podFields] : readFields;
  return unreadIn(spec, read, configResource.root.fields["spec"]?.node).sort();
}

function unreadIn(
  values: object,
  readFields: readonly string[],
  node: SchemaNode | undefined,
  prefix = "",
): string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const path = prefix + name;
    const field = node?.kind === "object" ? node.fields[name]?.node : undefined;
    if (readFields.includes(path) || isDefault(value, field)) return [];
    const partly = readFields.some((read) => read.startsWith(`${path}.`));
    return partly ? unreadIn(value, readFields, field, `${path}.`) : [path];
  });
}

function isDefault(value: unknown, node: SchemaNode | undefined): boolean {
  if (semanticEqual(value, node?.default)) return true;
  if (node?.kind !== "object" || typeof value !== "object" || value === null) return false;
  return Object.entries(value).every(([name, inner]) => isDefault(inner, node.fields[name]?.node));
}
