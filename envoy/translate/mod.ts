/**
 * Translation: plain data about load balancers becomes Envoy configuration. Pure; knows neither
 * Kubernetes nor xDS streams.
 *
 * @module
 */
export type { Binding } from "./binding.ts";
export { bootstrap, type BootstrapOptions } from "./bootstrap.ts";
export {
  identityCertificate,
  identitySecret,
  trustSecret,
  type XdsTlsFiles,
} from "./bootstrap_tls.ts";
export {
  xdsEndpoint,
  type XdsEndpointFile,
  type XdsServerNames,
  type XdsServerPlace,
} from "./bootstrap_xds.ts";
export { defaultHealthCheckPace, type HealthCheck, type HealthCheckPace } from "./health_check.ts";
export { healthCheckInterval } from "./health_check_interval.ts";
export type { L4Endpoint, L4Service } from "./l4_service.ts";
export { translateEndpoints, translateL4Service } from "./translate_l4_service.ts";
export type { TranslatedResource } from "./translated_resource.ts";
