/**
 * What a gRPC client without Envoy is configured by, and what it then talks to.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { envoy, typeUrlOf, typeUrls } from "../../envoy/proto/mod.ts";
import { encodeResource, type Resource } from "../../envoy/xds/mod.ts";

const { HttpConnectionManager } = envoy.extensions.filters.network.http_connection_manager.v3;
const { Router } = envoy.extensions.filters.http.router.v3;
const filters = "envoy.extensions.filters";
const ads = { ads: {}, resourceApiVersion: envoy.config.core.v3.ApiVersion.V3 };

/** The listener `name`, which takes its routes from the route configuration of the same name. */
export function apiListener(name: string, routes = name): Resource {
  const manager = HttpConnectionManager.encode({
    rds: { routeConfigName: routes, configSource: ads },
    httpFilters: [{
      name: "router",
      typedConfig: any(`${filters}.http.router.v3.Router`, Router.encode({}).finish()),
    }],
  }).finish();
  const type = `${filters}.network.http_connection_manager.v3.HttpConnectionManager`;
  const apiListener = { apiListener: any(type, manager) };
  return encodeResource(typeUrls.listener, name, { name, apiListener });
}

/** A route configuration that sends all requests of a target to one cluster. */
export function routeTo(name: string, cluster: string, target = name): Resource {
  const routes = [{ match: { prefix: "" }, route: { cluster } }];
  const virtualHosts = [{ name, domains: [target], routes }];
  return encodeResource(typeUrls.route, name, { name, virtualHosts });
}

/** A cluster and its endpoints, ports on 127.0.0.1. */
export function cluster(name: string, ...ports: number[]): Resource[] {
  const lbEndpoints = ports.map((portValue) => ({
    endpoint: { address: { socketAddress: { address: "127.0.0.1", portValue } } },
    loadBalancingWeight: { value: 1 },
  }));
  const locality = { locality: { region: "here" }, loadBalancingWeight: { value: 1 }, lbEndpoints };
  return [
    encodeResource(typeUrls.cluster, name, {
      name,
      type: envoy.config.cluster.v3.Cluster.DiscoveryType.EDS,
      edsClusterConfig: { edsConfig: ads },
      lbPolicy: envoy.config.cluster.v3.Cluster.LbPolicy.ROUND_ROBIN,
    }),
    encodeResource(typeUrls.endpoint, name, { clusterName: name, endpoints: [locality] }),
  ];
}

function any(messageName: string, value: Uint8Array) {
  return { "type_url": typeUrlOf(messageName), value };
}

/** A gRPC service that answers with who it is. */
export class IdentityService implements AsyncDisposable {
  readonly #server = new Server();

  constructor(identity: string) {
    const bytes = (value: Buffer) => value;
    this.#server.addService({
      get: {
        path: "/test.Identity/Get",
        requestStream: false,
        responseStream: false,
        requestSerialize: bytes,
        requestDeserialize: bytes,
        responseSerialize: bytes,
        responseDeserialize: bytes,
      },
    }, {
      get: (_call: unknown, answer: (error: null, value: Buffer) => void) =>
        answer(null, Buffer.from(identity)),
    });
  }

  /** Begins to serve; resolves with the port on 127.0.0.1. */
  listen(): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const credentials = ServerCredentials.createInsecure();
    this.#server.bindAsync(
      "127.0.0.1:0",
      credentials,
      (error, port) => error ? reject(error) : resolve(port),
    );
    return promise;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#server.forceShutdown();
    return Promise.resolve();
  }
}
