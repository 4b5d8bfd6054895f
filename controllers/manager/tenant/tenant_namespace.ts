/**
 * The namespace of a Tenant object, and back.
 *
 * @module
 */
import { tenantNamespacePrefix } from "../../../apis/kubelb/names.ts";

/**
 * The namespace of the Tenant called `name`: always prefixed. The CCM's `--cluster-name` may carry
 * the prefix already; a Tenant's name may not be read that way, or the Tenants `a` and `tenant-a`
 * would share a namespace, credentials and Envoys.
 */
export function namespaceOfTenant(name: string): string {
  return tenantNamespacePrefix + name;
}

/** Why `name` cannot be a tenant; undefined when it can. */
export function tenantNameProblem(name: string): string | undefined {
  const namespace = namespaceOfTenant(name);
  if (namespace.length > 63) {
    const most = 63 - tenantNamespacePrefix.length;
    return `metadata.name has ${name.length} characters and would make a namespace name that is ` +
      `too long: create the Tenant again with at most ${most}`;
  }
  if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name)) {
    return `metadata.name "${name}" does not make a namespace name: create the Tenant again with ` +
      `lower case letters, digits and dashes only`;
  }
  return undefined;
}
