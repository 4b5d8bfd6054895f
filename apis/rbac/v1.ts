/**
 * `rbac.authorization.k8s.io/v1`: who may do what.
 *
 * @module
 */

import { type KubeObject, resourceType } from "../meta/v1.ts";

/** The group, as role references need it. */
export const rbacGroup = "rbac.authorization.k8s.io";

/** Verbs on resources, or on non-resource URLs. */
export interface PolicyRule {
  verbs: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
}

/** Who is given a role. `apiGroup` is empty for ServiceAccounts, {@linkcode rbacGroup} otherwise. */
export interface Subject {
  kind: "ServiceAccount" | "User" | "Group";
  name: string;
  namespace?: string;
  apiGroup?: string;
}

/** The role that a binding gives; it cannot be changed later. */
export interface RoleRef {
  apiGroup: string;
  kind: "Role" | "ClusterRole";
  name: string;
}

/** Rules within one namespace. */
export interface Role extends KubeObject {
  rules?: PolicyRule[] | null;
}

/** Gives a role within one namespace. */
export interface RoleBinding extends KubeObject {
  subjects?: Subject[];
  roleRef: RoleRef;
}

/** Roles. */
export const roles = resourceType<Role>(rbacGroup, "v1", "Role", "roles", true);

/** RoleBindings. */
export const roleBindings = resourceType<RoleBinding>(
  rbacGroup,
  "v1",
  "RoleBinding",
  "rolebindings",
  true,
);
