/**
 * Asks a real API server what a user may do.
 *
 * @module
 */

import type { AdminClient } from "../harness/mod.ts";

/**
 * One access as a line: `verb group/resource[/subresource] [namespace/][name]`, with `core` for the
 * core group; for example `get core/secrets tenant-acme/kubelb-ccm`.
 */
export type Access = string;

interface SubjectAccessReview {
  status: { allowed: boolean };
}

/** Whether a ServiceAccount (`namespace:name`) may do it. */
export async function isAllowed(
  admin: AdminClient,
  account: string,
  access: Access,
): Promise<boolean> {
  const [verb, path = "", place = ""] = access.split(" ");
  const [group, resource, subresource] = path.split("/");
  const slash = place.indexOf("/");
  const review = {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SubjectAccessReview",
    spec: {
      user: `system:serviceaccount:${account}`,
      groups: groupsOf(account),
      resourceAttributes: {
        verb,
        group: group === "core" ? "" : group,
        resource,
        subresource,
        namespace: slash < 0 ? "" : place.slice(0, slash),
        name: place.slice(slash + 1),
      },
    },
  };
  const reviews = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
  return (await admin.request<SubjectAccessReview>("POST", reviews, review)).status.allowed;
}

/** The groups that the API server gives a ServiceAccount (`namespace:name`). */
export function groupsOf(account: string): string[] {
  const [namespace] = account.split(":");
  return ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"];
}
