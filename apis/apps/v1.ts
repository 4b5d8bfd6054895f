/**
 * The parts of `apps/v1` that KubeLB writes: Deployments.
 *
 * @module
 */
import type { PodTemplate } from "../core/pod.ts";
import { type KubeObject, resourceType } from "../meta/v1.ts";

/** One aspect of a Deployment's state. */
export interface DeploymentCondition {
  type: "Available" | "Progressing" | "ReplicaFailure";
  status: "True" | "False" | "Unknown";
  reason?: string;
  message?: string;
}

/** A Deployment. */
export interface Deployment extends KubeObject {
  spec: {
    replicas?: number;
    selector: { matchLabels: Record<string, string> };
    strategy?: {
      type: "RollingUpdate" | "Recreate";
      rollingUpdate?: { maxUnavailable?: number | string; maxSurge?: number | string };
    };
    progressDeadlineSeconds?: number;
    template: PodTemplate;
  };
  status?: {
    observedGeneration?: number;
    replicas?: number;
    readyReplicas?: number;
    conditions?: DeploymentCondition[];
  };
}

/** Deployments. */
export const deployments = resourceType<Deployment>(
  "apps",
  "v1",
  "Deployment",
  "deployments",
  true,
);
