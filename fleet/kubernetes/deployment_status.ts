/**
 * What a Deployment means for its fleet.
 *
 * @module
 */
import type { Deployment } from "../../apis/apps/v1.ts";
import type { FleetStatus } from "../runtime.ts";

/**
 * The status of a fleet.
 *
 * @param wanted whether it should run.
 * @param problem why its objects cannot be written, if so.
 */
export function deploymentStatus(
  deployment: Deployment | undefined,
  wanted: boolean,
  problem: string | undefined,
): FleetStatus {
  if (!wanted) return { state: deployment === undefined ? "stopped" : "stopping" };
  const ready = deployment?.status?.readyReplicas ?? 0;
  if (ready > 0) return { state: "running", ...(problem && { message: problem }) };
  if (problem !== undefined) return { state: "failed", message: problem };
  const failure = deployment?.status?.conditions?.find(({ type, status }) =>
    (type === "ReplicaFailure" && status === "True") ||
    (type === "Progressing" && status === "False")
  );
  if (failure === undefined) return { state: "starting" };
  const { namespace, name } = deployment!.metadata;
  const message = `no Envoy is ready in Deployment ${namespace}/${name}: ` +
    `${failure.message ?? failure.reason ?? failure.type}`;
  return { state: "failed", message };
}
