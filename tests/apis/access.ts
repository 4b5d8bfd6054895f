/**
 * Asks a real API server what a user may do.
 *
 * @module
 */

import { type AdminClient, eventually } from "../harness/mod.ts";

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

/**
 * Waits until a ServiceAccount (`namespace:name`) may do all of it, or none. The API server decides
 * by what it watches: rights come, and go, a moment after their objects.
 */
export async function takesEffect(
  admin: AdminClient,
  account: string,
  accesses: readonly Access[],
  allowed: boolean,
): Promise<void> {
  for (const access of accesses) {
    const describe = `${account} ${allowed ? "to be allowed" : "not to be allowed"} ${access}`;
    await eventually(async () => await isAllowed(admin, account, access) === allowed, { describe });
  }
}

/** The groups that the API server gives a ServiceAccount (`namespace:name`). */
export function groupsOf(account: string): string[] {
  const [namespace] = account.split(":");
  return ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"];
}
