/**
 * The pod that an Envoy of a fleet runs in.
 *
 * @module
 */
import type { Container, PodSpec, PodTemplate } from "../../apis/core/pod.ts";
import {
  appManagedByLabel,
  appNameLabel,
  envoyCredentialsSecretName,
  managedByValue,
} from "../../apis/kubelb/names.ts";
import { bootstrap } from "../../envoy/translate/mod.ts";
import { credentialKeys } from "./credentials_secret.ts";
import type { FleetSettings, PodOptions } from "./fleet_settings.ts";

/** Upstream's: `fleet/port_range.ts` keeps them free of load balancers. */
const ports = { stats: 19_001, ready: 19_003 } as const;

const credentialsFolder = "/etc/kubelb/xds";

/** The user "nonroot" of distroless images; a number, because runAsNonRoot cannot judge a name. */
const user = 65_532;

/** The labels that a fleet's hub Services select its pods by. */
export function podLabels(fleet: string): Record<string, string> {
  return { [appNameLabel]: fleet, [appManagedByLabel]: managedByValue };
}

/** What a fleet's pods are made from. Meets the Pod Security Standard "restricted". */
export function envoyPod(
  fleet: string,
  settings: FleetSettings,
  options: PodOptions,
): PodTemplate {
  return {
    metadata: {
      labels: podLabels(fleet),
      annotations: {
        "prometheus.io/scrape": "true",
        "prometheus.io/port": String(ports.stats),
        "prometheus.io/path": "/stats/prometheus",
      },
    },
    spec: podSpec(fleet, settings, options),
  };
}

function podSpec(fleet: string, settings: FleetSettings, options: PodOptions): PodSpec {
  const { nodeSelector, tolerations, affinity, spread, graceSeconds } = settings;
  return {
    containers: [envoyContainer(fleet, settings, options)],
    volumes: [
      {
        name: "credentials",
        secret: { secretName: envoyCredentialsSecretName, defaultMode: 0o440 },
      },
      { name: "tmp", emptyDir: {} },
    ],
    // Envoy has no business with the API server.
    automountServiceAccountToken: false,
    // Seven variables for each Service of the namespace: with a thousand of them no program starts.
    enableServiceLinks: false,
    terminationGracePeriodSeconds: graceSeconds,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: user,
      runAsGroup: user,
      fsGroup: user,
      seccompProfile: { type: "RuntimeDefault" },
    },
    ...(nodeSelector && { nodeSelector: { ...nodeSelector } }),
    ...(tolerations && { tolerations: [...tolerations] }),
    ...(affinity && { affinity }),
    ...(spread && {
      topologySpreadConstraints: [{
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: podLabels(fleet) },
      }],
    }),
  };
}

function envoyContainer(
  fleet: string,
  settings: FleetSettings,
  options: PodOptions,
): Container {
  const { drainSeconds, resources } = settings;
  return {
    name: "envoy-proxy",
    image: options.image,
    args: envoyArguments(fleet, settings, options),
    ports: [
      { name: "metrics", containerPort: ports.stats },
      { name: "readiness", containerPort: ports.ready },
    ],
    // Envoy opens this port only when its first configuration is loaded. There is no liveness probe:
    // without a manager a new Envoy waits, and one that is busy with a large change must not be killed
    // for it. Such a one answers late, and has the time. One that has crashed refuses at once, and
    // until a probe has failed, or the kubelet has looked at its containers (once a second), Services
    // go on sending it connections: hence every second, and once is enough.
    readinessProbe: {
      httpGet: { path: "/ready", port: ports.ready },
      periodSeconds: 1,
      timeoutSeconds: 30,
      failureThreshold: 1,
    },
    // By then Services send new connections elsewhere; those that are open get the time.
    ...(drainSeconds > 0 && { lifecycle: { preStop: { sleep: { seconds: drainSeconds } } } }),
    ...(resources && { resources }),
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    volumeMounts: [
      { name: "credentials", mountPath: credentialsFolder, readOnly: true },
      { name: "tmp", mountPath: "/tmp" },
    ],
  };
}

function envoyArguments(
  fleet: string,
  { drainSeconds, maxConnections, maxHeapBytes }: FleetSettings,
  { xdsServers, concurrency }: PodOptions,
): string[] {
  const config = bootstrap({
    node: fleet,
    cluster: fleet,
    xds: { servers: xdsServers },
    tls: {
      // The kubelet replaces all keys of a mounted Secret at once, by a rename in this folder.
      directory: credentialsFolder,
      identity: `${credentialsFolder}/${credentialKeys.identity}`,
      trust: `${credentialsFolder}/${credentialKeys.trust}`,
    },
    adminSocket: "/tmp/admin.sock",
    statsPort: ports.stats,
    readyPort: ports.ready,
    visibility: "everyone",
    maxConnections,
    ...(maxHeapBytes !== undefined && { maxHeapBytes }),
  });
  return [
    ...["--config-yaml", JSON.stringify(config)],
    "--disable-hot-restart",
    ...["--concurrency", String(concurrency)],
    // Of the connections of a listener that goes, while the pod stays.
    ...["--drain-time-s", String(Math.max(drainSeconds, 1))],
    ...["--drain-strategy", "immediate"],
    ...["--log-level", "warning"],
    // Envoy's default is 10 s: too long for someone who follows the access log.
    ...["--file-flush-interval-msec", "1000"],
  ];
}
