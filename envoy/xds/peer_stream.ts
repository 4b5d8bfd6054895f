/**
 * A stream to another manager's xDS server, for its {@linkcode ExtraMethod}s.
 *
 * @module
 */
import { ChannelCredentials, Client, type ClientDuplexStream } from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import { urisOf } from "../../base/certificates.ts";
import type { TlsMaterial } from "./tls_credentials.ts";

/** An open stream; disposing of it closes it and its connection. */
export interface PeerStream extends Disposable {
  send(bytes: Uint8Array): void;
  /** Resolves, with a few words on how, when it has ended. */
  readonly ended: Promise<string>;
}

/** Whom to reach, and as whom. */
export interface PeerStreamOptions {
  /** `host:port` */
  readonly address: string;
  readonly path: string;
  readonly tls: TlsMaterial;
  /** Whether a server whose certificate is good for `uris` is the right one. */
  readonly isServer: (uris: readonly string[]) => boolean;
}

const identity = (bytes: Uint8Array) => Buffer.from(bytes);

/** Opens the stream; that it cannot be is told by its end. */
export function openPeerStream(options: PeerStreamOptions): PeerStream {
  const client = new Client(options.address, credentials(options), {
    // Who the server is is told by its id, not by a host name.
    "grpc.ssl_target_name_override": "kubelb",
    "grpc.use_local_subchannel_pool": 1,
    "grpc.keepalive_time_ms": 30_000,
    "grpc.keepalive_timeout_ms": 5_000,
  });
  const call: ClientDuplexStream<Uint8Array, Uint8Array> = client.makeBidiStreamRequest(
    options.path,
    identity,
    (bytes) => bytes,
  );
  const ended = Promise.withResolvers<string>();
  call.on("data", () => {});
  call.on("error", () => {}); // the status says the same
  call.on("status", ({ details, code }) => ended.resolve(details || `status ${code}`));
  return {
    send: (bytes) => void call.write(bytes),
    ended: ended.promise,
    [Symbol.dispose]() {
      call.cancel();
      client.close();
    },
  };
}

function credentials({ tls, isServer }: PeerStreamOptions): ChannelCredentials {
  return ChannelCredentials.createSsl(
    Buffer.from(tls.trust),
    Buffer.from(tls.privateKey),
    Buffer.from(tls.certificate),
    {
      checkServerIdentity: (_host, certificate) =>
        isServer(urisOf(new Uint8Array(certificate.raw)))
          ? undefined
          : new Error("the server's certificate is not that of a manager"),
    },
  );
}
