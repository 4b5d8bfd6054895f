/**
 * Labels, annotations, finalizers and object names: the contract with upstream's managers, CCMs and
 * command line (upstream `internal/kubelb/utils.go`). Changing one breaks running installations.
 *
 * @module
 */

/** Prefix of the namespaces of tenants. */
export const tenantNamespacePrefix = "tenant-";

/** Name of the one Config, of each TenantState and of the Addresses that lists the nodes. */
export const defaultObjectName = "default";

/** Name of a tenant's ServiceAccount, Role, RoleBinding and token Secret. */
export const ccmName = "kubelb-ccm";

/** Name of the Secret that holds a tenant's kubeconfig. */
export const ccmKubeconfigSecretName = "kubelb-ccm-kubeconfig";

/** The key in that Secret. */
export const ccmKubeconfigKey = "kubelb";

/** The `loadBalancerClass` and class name that tenants ask for. */
export const kubelbClass = "kubelb";

/** The `loadBalancerClass` whose Services the host runtime serves (design §2.3). */
export const hostLoadBalancerClass = "kubelb.k8c.io/host";

/** Labels. */
export const labels = {
  /** Namespace of the object in the tenant cluster. */
  originNamespace: "kubelb.k8c.io/origin-ns",
  /** Name of the object in the tenant cluster. */
  originName: "kubelb.k8c.io/origin-name",
  /** `<Kind>.<group>` of the object that a Route stands for. */
  originResourceKind: "kubelb.k8c.io/origin-resource-kind",
  /** On a hub Service: its LoadBalancer. */
  loadBalancerName: "kubelb.k8c.io/lb-name",
  /** On a hub Service: its LoadBalancer's namespace. */
  loadBalancerNamespace: "kubelb.k8c.io/lb-namespace",
  /** The tenant's namespace, with its prefix. */
  tenant: "kubelb.k8c.io/tenant",
  /** {@linkcode managedByValue} on what KubeLB made. */
  managedBy: "kubelb.k8c.io/managed-by",
  /** Kubernetes' own label; on Envoys and in their Services' selector it is the tenant's namespace. */
  appName: "app.kubernetes.io/name",
  appInstance: "app.kubernetes.io/instance",
  appManagedBy: "app.kubernetes.io/managed-by",
} as const;

/** Value of {@linkcode labels}.managedBy. */
export const managedByValue = "kubelb";

/** Annotations. */
export const annotations = {
  /** `true` asks for a generated host name under the wildcard domain. */
  requestWildcardDomain: "kubelb.k8c.io/request-wildcard-domain",
  /** `v2` sends the client's address to the endpoints in the PROXY protocol; TCP only. */
  proxyProtocol: "kubelb.k8c.io/proxy-protocol",
  /** `true` on objects made by upstream's command line. */
  cliGenerated: "kubelb.k8c.io/cli-generated",
  /** kubectl's own copy of the object; never passed on. */
  lastApplied: "kubectl.kubernetes.io/last-applied-configuration",
} as const;

/** Finalizers. */
export const finalizers = {
  /** On LoadBalancer, Route, Tenant and SyncSecret in the hub, and on origin objects in the tenant. */
  cleanup: "kubelb.k8c.io/cleanup",
  /** On LoadBalancers with a host name. */
  cleanupHostname: "kubelb.k8c.io/cleanup-hostname",
  /** Legacy, on LoadBalancers: removed on sight. */
  legacyEnvoyProxy: "kubelb.k8c.io/cleanup-envoy-proxy",
  /** Legacy, on Services in the tenant: replaced by `cleanup`. */
  legacyService: "kubelb.k8c.io/lb-finalizer",
} as const;

/** The namespace of a tenant. A name that already has the prefix is taken as it is. */
export function tenantNamespace(tenant: string): string {
  return tenant.startsWith(tenantNamespacePrefix) ? tenant : `${tenantNamespacePrefix}${tenant}`;
}

/** The name of the Tenant whose namespace this is; undefined when it is no tenant's. */
export function tenantOfNamespace(namespace: string): string | undefined {
  return namespace.startsWith(tenantNamespacePrefix)
    ? namespace.slice(tenantNamespacePrefix.length)
    : undefined;
}

/** The hub Service of a LoadBalancer. */
export function hubServiceName(loadBalancer: string): string {
  return `envoy-${loadBalancer}`;
}

/** The Deployment or DaemonSet of a fleet. */
export function envoyWorkloadName(tenantNamespace: string): string {
  return `envoy-${tenantNamespace}`;
}
