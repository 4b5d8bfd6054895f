/**
 * The parts of pods that KubeLB writes.
 *
 * @module
 */
import type { ResourceRequirements } from "./resource_requirements.ts";
import type { Affinity, Toleration } from "./scheduling.ts";

/** How the kubelet asks a container about itself. Times are seconds. */
export interface Probe {
  httpGet: { path: string; port: number | string };
  timeoutSeconds?: number;
  periodSeconds?: number;
  failureThreshold?: number;
}

/** What the kernel lets a container do. */
export interface SecurityContext {
  allowPrivilegeEscalation?: boolean;
  readOnlyRootFilesystem?: boolean;
  capabilities?: { drop?: string[]; add?: string[] };
}

/** A container of a pod. */
export interface Container {
  name: string;
  image: string;
  args?: string[];
  ports?: { name: string; containerPort: number; protocol?: "TCP" | "UDP" }[];
  readinessProbe?: Probe;
  resources?: ResourceRequirements;
  lifecycle?: { preStop?: { sleep: { seconds: number } } };
  securityContext?: SecurityContext;
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[];
}

/** A volume of a pod: a Secret's keys as files, or an empty folder. */
export type Volume =
  | { name: string; secret: { secretName: string; defaultMode?: number } }
  | { name: string; emptyDir: { sizeLimit?: string } };

/** `spec` of a pod. */
export interface PodSpec {
  containers: Container[];
  volumes?: Volume[];
  automountServiceAccountToken?: boolean;
  enableServiceLinks?: boolean;
  terminationGracePeriodSeconds?: number;
  securityContext?: {
    runAsNonRoot?: boolean;
    runAsUser?: number;
    runAsGroup?: number;
    fsGroup?: number;
    seccompProfile?: { type: "RuntimeDefault" };
  };
  nodeSelector?: Record<string, string>;
  tolerations?: Toleration[];
  affinity?: Affinity;
  topologySpreadConstraints?: {
    maxSkew: number;
    topologyKey: string;
    whenUnsatisfiable: "ScheduleAnyway" | "DoNotSchedule";
    labelSelector: { matchLabels: Record<string, string> };
  }[];
}

/** What a workload makes its pods from. */
export interface PodTemplate {
  metadata: { labels: Record<string, string>; annotations?: Record<string, string> };
  spec: PodSpec;
}
