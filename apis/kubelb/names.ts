/**
 * Labels, annotations, finalizers and fixed object names: the contract with upstream's managers, CCMs
 * and command line (upstream `internal/kubelb/utils.go`). Changing one breaks running installations.
 *
 * @module
 */

/** Prefix of the namespaces of tenants. */
export const tenantNamespacePrefix = "tenant-";

/** Name of the one Config, of each TenantState, and of the Addresses object that lists the nodes. */
export const defaultObjectName = "default";

/** Name of a tenant's ServiceAccount, Role, RoleBinding and token Secret. */
export const ccmName = "kubelb-ccm";

/** Name of the Secret that holds a tenant's kubeconfig. */
export const ccmKubeconfigSecretName = "kubelb-ccm-kubeconfig";

/** The key in that Secret. */
export const ccmKubeconfigKey = "kubelb";

/** The ServiceAccount that Envoys of a fleet run as, in the fleet's namespace, where they are pods. */
export const envoyServiceAccountName = "kubelb-envoy";

/** Name of the Secret, in the manager's namespace, with the authority of xDS certificates. */
export const xdsAuthoritySecretName = "kubelb-xds-ca";

/** Name of the Secret, in a tenant's namespace, by which its Envoys are known to the manager. */
export const envoyCredentialsSecretName = "kubelb-envoy";

/**
 * On the manager's Lease: `<holder> <host:port>`, where the other managers reach the leader. The
 * holder is repeated, because a Lease may pass to a manager that leaves the annotation alone.
 */
export const leaderAddressAnnotation = "kubelb.k8c.io/leader-address";

/** The class (`loadBalancerClass`, ingress and gateway class) by which tenants ask for KubeLB. */
export const kubelbClass = "kubelb";

/** The `loadBalancerClass` of the hub Services that the host runtime serves (design §2.3). */
export const hostLoadBalancerClass = "kubelb.k8c.io/host";

/** Namespace of the origin, in the tenant cluster. */
export const originNamespaceLabel = "kubelb.k8c.io/origin-ns";

/** Name of the origin, in the tenant cluster. */
export const originNameLabel = "kubelb.k8c.io/origin-name";

/** `<Kind>.<group>` of the object that a Route stands for. */
export const originResourceKindLabel = "kubelb.k8c.io/origin-resource-kind";

/** On a hub Service: the name of its LoadBalancer. */
export const loadBalancerNameLabel = "kubelb.k8c.io/lb-name";

/** On a hub Service: the namespace of its LoadBalancer. */
export const loadBalancerNamespaceLabel = "kubelb.k8c.io/lb-namespace";

/** On a LoadBalancer: the tenant's namespace, prefix included. */
export const tenantLabel = "kubelb.k8c.io/tenant";

/** On what KubeLB made; its value is {@linkcode managedByValue}. */
export const managedByLabel = "kubelb.k8c.io/managed-by";

/** See {@linkcode managedByLabel}; also the value of {@linkcode appManagedByLabel}. */
export const managedByValue = "kubelb";

/** On Envoys, and in the selector of their Services: the tenant's namespace. */
export const appNameLabel = "app.kubernetes.io/name";

/** On the Deployment or DaemonSet of a fleet: the tenant's namespace. */
export const appInstanceLabel = "app.kubernetes.io/instance";

/** Value of {@linkcode appNameLabel} on the Deployment or DaemonSet itself. */
export const envoyWorkloadAppName = "kubelb-envoy-proxy";

/** On the Deployment or DaemonSet of a fleet and its pods. */
export const appManagedByLabel = "app.kubernetes.io/managed-by";

/** `true` asks for a generated host name under the wildcard domain. */
export const requestWildcardDomainAnnotation = "kubelb.k8c.io/request-wildcard-domain";

/** `v2` tells the endpoints the client's address in the PROXY protocol; TCP only. */
export const proxyProtocolAnnotation = "kubelb.k8c.io/proxy-protocol";

/**
 * A duration after which a client of UDP that is silent is forgotten, as `10s`. Upstream has none:
 * its Envoys keep their default.
 */
export const udpIdleTimeoutAnnotation = "kubelb.k8c.io/udp-idle-timeout";

/** `true` on objects that upstream's command line made. */
export const cliGeneratedAnnotation = "kubelb.k8c.io/cli-generated";

/** kubectl's own copy of an object; it is never passed on. */
export const lastAppliedAnnotation = "kubectl.kubernetes.io/last-applied-configuration";

/** On LoadBalancer, Route, Tenant and SyncSecret in the hub, and on origins in the tenant cluster. */
export const cleanupFinalizer = "kubelb.k8c.io/cleanup";

/** On LoadBalancers with a host name. */
export const cleanupHostnameFinalizer = "kubelb.k8c.io/cleanup-hostname";

/** Legacy, on LoadBalancers: removed on sight. */
export const legacyEnvoyProxyFinalizer = "kubelb.k8c.io/cleanup-envoy-proxy";

/** Legacy, on Services in the tenant cluster: replaced by {@linkcode cleanupFinalizer}. */
export const legacyServiceFinalizer = "kubelb.k8c.io/lb-finalizer";

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

const hubServicePrefix = "envoy-";

/** The hub Service of a LoadBalancer. */
export function hubServiceName(loadBalancer: string): string {
  return `${hubServicePrefix}${loadBalancer}`;
}

/** The LoadBalancer of a hub Service; undefined for other names. */
export function loadBalancerOfHubService(service: string): string | undefined {
  return service.startsWith(hubServicePrefix) ? service.slice(hubServicePrefix.length) : undefined;
}

/** The Deployment or DaemonSet of a fleet, by the tenant's namespace. */
export function envoyWorkloadName(namespace: string): string {
  return `envoy-${namespace}`;
}

/** The Service that gives a ClusterIP backend node ports, in the tenant cluster. */
export function nodePortServiceName(service: string): string {
  return `${service}-nodeport`;
}
