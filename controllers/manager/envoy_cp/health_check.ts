/**
 * Which active health check the endpoints of a front port get.
 *
 * @module
 */
import { parseDuration } from "../../../apis/kubelb/duration.ts";
import type { LoadBalancerSpec } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { defaultHealthCheckPace, type HealthCheck } from "../../../envoy/translate/health_check.ts";
import {
  maximumChecksPerSecond,
  minimumInterval,
} from "../../../envoy/translate/health_check_interval.ts";

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

/**
 * What `spec.healthCheck` asks for and does not get, for people; undefined when it gets everything.
 *
 * @param checkInterval as for {@linkcode healthCheckOf}.
 */
export function healthCheckRemark(
  { healthCheck = {} }: LoadBalancerSpec,
  checkInterval: number,
): string | undefined {
  if (healthCheck.disabled) return undefined;
  const { interval, timeout } = healthCheck;
  const remarks: string[] = [];
  if ((seconds(interval) ?? Infinity) < checkInterval) {
    const why = checkInterval === minimumInterval
      ? "no endpoint is checked more often"
      : `an Envoy sends at most ${maximumChecksPerSecond} checks a second`;
    remarks.push(
      `spec.healthCheck.interval is ${interval}, but ${checkInterval}s is in force: ${why}`,
    );
  }
  if (isTooShort(timeout)) {
    remarks.push(`spec.healthCheck.timeout is ${timeout}, but ${shortest * 1000}ms is in force`);
  }
  return remarks.length === 0 ? undefined : remarks.join("; ");
}

/** Seconds. Envoy refuses durations of zero; less is no use to anybody. */
const shortest = 0.1;

function seconds(duration: string | undefined): number | undefined {
  const milliseconds = duration === undefined ? undefined : parseDuration(duration);
  return milliseconds === undefined ? undefined : Math.max(shortest, milliseconds / 1000);
}

function isTooShort(duration: string | undefined): boolean {
  return duration !== undefined && (parseDuration(duration) ?? Infinity) < shortest * 1000;
}
