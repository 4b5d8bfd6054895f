/**
 * The leading manager's end: takes what others report about their Envoys.
 *
 * @module
 */
import { parseKey } from "../../../apis/meta/v1.ts";
import { Listeners } from "../../../base/listeners.ts";
import type { Logger } from "../../../base/logger.ts";
import { peerCertificate } from "../../../envoy/xds/peer_certificate.ts";
import type { ExtraMethod, StreamReceiver } from "../../../envoy/xds/server.ts";
import type { StreamTransport } from "../../../envoy/xds/transport.ts";
import { XdsError } from "../../../envoy/xds/xds_error.ts";
import { isManager } from "../../../fleet/identity/spiffe_id.ts";
import type { ReplicaProgress } from "./merged_progress.ts";
import { decodeReplicaMessage, type ReplicaMessage, replicaMethod } from "./replica_message.ts";

const nobody: StreamReceiver = { receive() {}, close() {} };

/**
 * What other managers have said. Served in every replica: who does not lead is not called. Only
 * managers may report, as their certificates say.
 */
export class ReplicaReports {
  readonly #connections = new Set<ReplicaConnection>();
  /** Keys of objects about which another manager has said something else. */
  readonly changes = new Listeners<string>();

  constructor(private readonly log: Logger) {}

  /** To be served beside xDS. */
  readonly method: ExtraMethod = {
    path: replicaMethod,
    open: (transport) => this.#open(transport),
  };

  /** What each connected manager says about an object at this generation. */
  about(key: string, generation: number): ReplicaProgress[] {
    return [...this.#connections].map((connection) => connection.about(key, generation));
  }

  #open(transport: StreamTransport): StreamReceiver {
    if (!isManager(peerCertificate(transport.peer)?.uris ?? [])) {
      transport.end(new XdsError("Refused", "only managers may report"));
      return nobody;
    }
    const log = this.log.with({ replica: transport.peer.address });
    log.info("another manager reports about its Envoys");
    const connection: ReplicaConnection = new ReplicaConnection(transport, log, {
      changed: (key) => this.changes.emit(key),
      closed: () => this.#connections.delete(connection),
    });
    this.#connections.add(connection);
    return connection;
  }
}

interface Owner {
  changed(key: string): void;
  closed(): void;
}

/** What one manager has said since it is connected. */
class ReplicaConnection implements StreamReceiver {
  readonly #said = new Map<string, ReplicaMessage>();
  /** How many Envoys it has of each fleet. */
  readonly #connected = new Map<string, number>();

  constructor(
    private readonly transport: StreamTransport,
    private readonly log: Logger,
    private readonly owner: Owner,
  ) {}

  about(key: string, generation: number): ReplicaProgress {
    const said = this.#said.get(key);
    return {
      replica: this.transport.peer.address,
      progress: said?.generation === generation ? said.progress : undefined,
      connected: this.#connected.get(fleetOf(key)) ?? 0,
    };
  }

  receive(bytes: Uint8Array): void {
    try {
      this.#take(decodeReplicaMessage(bytes));
    } catch (error) {
      this.log.error("a report of another manager cannot be read", { error });
      this.close();
      this.transport.end(new XdsError("InvalidRequest", "the report cannot be read"));
    }
  }

  /** Its Envoys are no longer waited for. */
  close(): void {
    this.owner.closed();
    const keys = [...this.#said.keys()];
    this.#said.clear();
    this.#connected.clear();
    for (const key of keys) this.owner.changed(key);
  }

  #take(message: ReplicaMessage): void {
    const { key, progress } = message;
    if (progress.kind === "no-envoy") this.#said.delete(key);
    else this.#said.set(key, message);
    if (progress.kind !== "rejected") {
      const connected = "connected" in progress ? progress.connected : 0;
      this.#connected.set(fleetOf(key), connected);
    }
    this.owner.changed(key);
  }
}

function fleetOf(key: string): string {
  return parseKey(key).namespace ?? "";
}
