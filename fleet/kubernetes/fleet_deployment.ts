/**
 * The Deployment of a fleet.
 *
 * @module
 */
import type { Deployment } from "../../apis/apps/v1.ts";
import {
  appInstanceLabel,
  appManagedByLabel,
  appNameLabel,
  envoyWorkloadAppName,
  envoyWorkloadName,
  managedByValue,
} from "../../apis/kubelb/names.ts";
import { envoyPod } from "./envoy_pod.ts";
import type { FleetSettings, PodOptions } from "./fleet_settings.ts";

/** Selects the Deployments of all fleets. */
export const fleetSelector =
  `${appNameLabel}=${envoyWorkloadAppName},${appManagedByLabel}=${managedByValue}`;

/** The Deployment as it should be, ready for server-side apply. Names and labels are upstream's. */
export function fleetDeployment(
  fleet: string,
  settings: FleetSettings,
  options: PodOptions,
): Deployment {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: envoyWorkloadName(fleet),
      namespace: fleet,
      labels: {
        [appNameLabel]: envoyWorkloadAppName,
        [appInstanceLabel]: fleet,
        [appManagedByLabel]: managedByValue,
      },
    },
    spec: {
      replicas: settings.replicas,
      selector: { matchLabels: { [appNameLabel]: fleet } },
      // None goes before its successor serves.
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      progressDeadlineSeconds: 120,
      template: envoyPod(fleet, settings, options),
    },
  };
}

/** The fleet whose Deployment this is; undefined for another that merely has the labels. */
export function fleetOf({ metadata }: Deployment): string | undefined {
  const { name, namespace = "" } = metadata;
  return name === envoyWorkloadName(namespace) ? namespace : undefined;
}
