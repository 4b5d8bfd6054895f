/**
 * What a tenant gets in the hub: a namespace, and credentials that reach this namespace's KubeLB
 * objects and nothing else.
 *
 * @module
 */
import type { Namespace, Secret, ServiceAccount } from "../../../apis/core/v1.ts";
import type { PolicyRule, Role, RoleBinding } from "../../../apis/rbac/v1.ts";
import { rbacGroup } from "../../../apis/rbac/v1.ts";
import type { OwnerReference } from "../../../apis/meta/v1.ts";
import {
  ccmKubeconfigKey,
  ccmKubeconfigSecretName,
  ccmName,
  managedByLabel,
  managedByValue,
} from "../../../apis/kubelb/names.ts";
import { group } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { namespaceOfTenant } from "./tenant_namespace.ts";

/** Objects of all tenants carry it; the manager watches what carries it. */
export const managedLabels = { [managedByLabel]: managedByValue };

/**
 * All that a CCM does in the hub. An upstream CCM needs the four kinds in full; it needs no status
 * writes, and with them a tenant could decide what only the hub decides.
 */
export const ccmRules: readonly PolicyRule[] = [
  {
    apiGroups: [group],
    resources: ["loadbalancers", "routes", "addresses", "syncsecrets"],
    verbs: ["create", "update", "get", "list", "delete", "patch", "watch"],
  },
  { apiGroups: [group], resources: ["tenantstates"], verbs: ["get", "list", "watch"] },
  { apiGroups: [group], resources: ["tenantstates/status"], verbs: ["get"] },
  // Renews the CCM's own short-lived token.
  {
    apiGroups: [""],
    resources: ["serviceaccounts/token"],
    resourceNames: [ccmName],
    verbs: ["create"],
  },
];

/** The tenant's namespace; its label opens it to the manager's controllers. */
export function namespaceOf(tenant: string, owner: OwnerReference): Namespace {
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: namespaceOfTenant(tenant), labels: managedLabels, ownerReferences: [owner] },
  };
}

/** Who the CCM is in the hub. */
export function serviceAccountOf(tenant: string): ServiceAccount {
  return { apiVersion: "v1", kind: "ServiceAccount", metadata: ccmMetadata(tenant) };
}

/** What the CCM may do. */
export function roleOf(tenant: string): Role {
  return {
    apiVersion: `${rbacGroup}/v1`,
    kind: "Role",
    metadata: ccmMetadata(tenant),
    rules: ccmRules.map((rule) => ({ ...rule })),
  };
}

/** Ties the two together. */
export function roleBindingOf(tenant: string): RoleBinding {
  const subject = { kind: "ServiceAccount", name: ccmName } as const;
  return {
    apiVersion: `${rbacGroup}/v1`,
    kind: "RoleBinding",
    metadata: ccmMetadata(tenant),
    roleRef: { apiGroup: rbacGroup, kind: "Role", name: ccmName },
    subjects: [{ ...subject, namespace: namespaceOfTenant(tenant) }],
  };
}

/** The Secret that Kubernetes fills with the ServiceAccount's token; upstream's layout. */
export function tokenSecretOf(tenant: string): Secret {
  const metadata = ccmMetadata(tenant);
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { ...metadata, annotations: { "kubernetes.io/service-account.name": ccmName } },
    type: "kubernetes.io/service-account-token",
  };
}

/** The Secret with the kubeconfig that an operator hands to the tenant. */
export function kubeconfigSecretOf(tenant: string, kubeconfig: string): Secret {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { ...ccmMetadata(tenant), name: ccmKubeconfigSecretName },
    data: { [ccmKubeconfigKey]: btoa(kubeconfig) },
  };
}

function ccmMetadata(tenant: string) {
  return { name: ccmName, namespace: namespaceOfTenant(tenant), labels: managedLabels };
}
