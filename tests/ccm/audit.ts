/**
 * Who writes what, from the API servers' own audit logs.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { ControlPlane } from "../harness/mod.ts";

const policy = fileURLToPath(new URL("audit_policy.yaml", import.meta.url));

/** Options of a control plane whose writes {@linkcode writesOf} can count. */
export const audited = {
  apiServerFlags: [`--audit-policy-file=${policy}`, "--audit-log-path=-"],
};

/** One write, as `patch services/status shop/web`. */
export async function writesOf(plane: ControlPlane, user: RegExp): Promise<string[]> {
  const log = await plane.process("kube-apiserver").log();
  return log.split("\n").filter((line) => line.startsWith('{"kind":"Event"'))
    .map((line) => JSON.parse(line))
    .filter((entry) => user.test(entry.user.username))
    .map(({ verb, objectRef: { resource, subresource, namespace, name } }) =>
      `${verb} ${subresource ? `${resource}/${subresource}` : resource} ${namespace}/${name}`
    )
    .filter((write) => !/ (leases|events) /.test(write));
}

/** How a CCM identifies itself to both clusters. */
export const ccmUser = /kubelb-ccm/;
