/**
 * The access log: one JSON object a line, its fields described in docs/access-log.md.
 *
 * @module
 */
import { envoy } from "../proto/mod.ts";
import { packAny, textStruct } from "./wire.ts";

const common = {
  startTime: "%START_TIME%",
  durationMs: "%DURATION%",
  client: "%DOWNSTREAM_REMOTE_ADDRESS%",
  listener: "%DOWNSTREAM_LOCAL_ADDRESS%",
  endpoint: "%UPSTREAM_HOST%",
};

const tcp = {
  ...common,
  protocol: "TCP",
  bytesFromClient: "%BYTES_RECEIVED%",
  bytesToClient: "%BYTES_SENT%",
  connectAttempts: "%UPSTREAM_REQUEST_ATTEMPT_COUNT%",
  flags: "%RESPONSE_FLAGS%",
  failure: "%UPSTREAM_TRANSPORT_FAILURE_REASON%",
  termination: "%CONNECTION_TERMINATION_DETAILS%",
};

const udp = {
  ...common,
  protocol: "UDP",
  bytesFromClient: "%DYNAMIC_METADATA(udp.proxy.session:bytes_received)%",
  bytesToClient: "%DYNAMIC_METADATA(udp.proxy.session:bytes_sent)%",
  datagramsFromClient: "%DYNAMIC_METADATA(udp.proxy.session:datagrams_received)%",
  datagramsToClient: "%DYNAMIC_METADATA(udp.proxy.session:datagrams_sent)%",
};

/**
 * Logs to the file `path`.
 *
 * @param service `<namespace>/<name>/<PROTOCOL>/<port>` as it stands in each line.
 */
export function accessLog(
  path: string,
  service: string,
  protocol: "TCP" | "UDP",
): envoy.config.accesslog.v3.IAccessLog[] {
  const { FileAccessLog } = envoy.extensions.access_loggers.file.v3;
  const jsonFormat = textStruct({ service, ...(protocol === "TCP" ? tcp : udp) });
  return [{
    name: "envoy.access_loggers.file",
    typedConfig: packAny("envoy.extensions.access_loggers.file.v3.FileAccessLog", FileAccessLog, {
      path,
      logFormat: { jsonFormat },
    }),
  }];
}
