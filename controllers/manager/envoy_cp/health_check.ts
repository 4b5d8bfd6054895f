/**
 * Which active health check the endpoints of a front port get.
 *
 * @module
 */
import { parseDuration } from "../../../apis/kubelb/duration.ts";
import type { LoadBalancerSpec } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { defaultHealthCheckPace, type HealthCheck } from "../../../envoy/translate/health_check.ts";

/**
 * With a health-check node port (policy Local) Envoy asks kube-proxy which nodes have local
 * endpoints, for UDP too. Without one a TCP connect must do, and UDP has nothing to ask.
 *
 * @param checkInterval seconds; the least that the fleet's number of endpoints allows.
 */
export function healthCheckOf(
  spec: LoadBalancerSpec,
  protocol: "TCP" | "UDP",
  checkInterval: number,
): HealthCheck | undefined {
  const { healthCheck = {}, healthCheckNodePort } = spec;
  if (healthCheck.disabled) return undefined;
  const usual = defaultHealthCheckPace;
  const wanted = seconds(healthCheck.interval) ?? usual.intervalSeconds;
  const timing = {
    intervalSeconds: Math.max(wanted, checkInterval),
    timeoutSeconds: seconds(healthCheck.timeout) ?? usual.timeoutSeconds,
    unhealthyThreshold: healthCheck.unhealthyThreshold ?? usual.unhealthyThreshold,
    healthyThreshold: healthCheck.healthyThreshold ?? usual.healthyThreshold,
  };
  if (healthCheckNodePort) {
    return { kind: "http", port: healthCheckNodePort, path: "/healthz", ...timing };
  }
  return protocol === "TCP" ? { kind: "tcp", ...timing } : undefined;
}

/** Envoy refuses durations of zero; less than 100 ms is no use to anybody. */
function seconds(duration: string | undefined): number | undefined {
  const milliseconds = duration === undefined ? undefined : parseDuration(duration);
  return milliseconds === undefined ? undefined : Math.max(0.1, milliseconds / 1000);
}
