/**
 * The xDS server: what Envoys are to have goes into {@linkcode ResourceStores}, and
 * {@linkcode XdsServer} brings it to them.
 *
 * store → {@linkcode DiscoveryStream} (pure: who is told what, and when) → session → transport
 *
 * @module
 */
export { contentVersion, encodeResource } from "./resource.ts";
export type { Resource, ResourceMessages, ResourceTypeUrl } from "./resource.ts";
export { type ResourceChange, ResourceStore } from "./resource_store.ts";
export { ResourceStores, type StoresEvent } from "./resource_stores.ts";
export { XdsServer, type XdsServerOptions } from "./server.ts";
export type { XdsSnapshot } from "./discovery_service.ts";
export type {
  AcknowledgedEvent,
  Authorization,
  Authorize,
  RejectedEvent,
  StreamEvent,
  StreamIdentity,
  XdsObserver,
} from "./xds_events.ts";
