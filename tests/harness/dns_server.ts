/**
 * A real name server (CoreDNS) with a zone that a test rewrites.
 *
 * @module
 */
import { systemDnsLookup } from "../../controllers/manager/host_names/dns_lookup.ts";
import { findBinary } from "../../tools/binaries/find.ts";
import { eventually } from "../../tools/process/eventually.ts";
import { freePort } from "../../tools/process/free_port.ts";
import type { ManagedProcess } from "../../tools/process/managed_process.ts";
import { Sandbox } from "../../tools/process/sandbox.ts";

/** Seconds that answers may be used for. */
export const dnsTtl = 5;

/** IPv4 addresses by host name, relative to the zone. */
export type DnsRecords = Readonly<Record<string, readonly string[]>>;

/** Authoritative for one zone: it answers NXDOMAIN for names without a record. */
export class DnsServer implements AsyncDisposable {
  readonly #lookup;
  #serial = 0;

  private constructor(
    /** For example `nodes.test`. */
    readonly zone: string,
    /** `host:port`. */
    readonly address: string,
    private readonly sandbox: Sandbox,
    private readonly process: ManagedProcess,
  ) {
    this.#lookup = systemDnsLookup([address]);
  }

  /** Starts it; it answers when this resolves. */
  static async start(zone: string, records: DnsRecords): Promise<DnsServer> {
    const sandbox = await Sandbox.create("dns");
    await using stack = new AsyncDisposableStack();
    stack.use(sandbox);
    const port = freePort();
    await sandbox.write("zone", zoneFile(zone, 0, {}));
    const file = `file zone {\nreload 100ms\n}`;
    const corefile = `${zone}:${port} {\nbind 127.0.0.1\n${file}\nerrors\n}\n`;
    const process = await sandbox.start({
      name: "coredns",
      command: await findBinary("coredns"),
      args: ["-conf", await sandbox.write("Corefile", corefile)],
      cwd: sandbox.folder,
    });
    const server = new DnsServer(zone, `127.0.0.1:${port}`, sandbox, process);
    await server.set(records);
    stack.move();
    return server;
  }

  /** Replaces all records; resolves when the server answers with the new ones. */
  async set(records: DnsRecords): Promise<void> {
    const written = { ...records, [`serial-${++this.#serial}`]: ["192.0.2.1"] };
    const file = await this.sandbox.write("zone.new", zoneFile(this.zone, this.#serial, written));
    await Deno.rename(file, this.sandbox.path("zone"));
    if (this.process.running) await this.#waitCurrent();
  }

  /** `kill -9`: from now on nobody answers. */
  async kill(): Promise<void> {
    await this.process.kill();
  }

  /** Starts it again after {@linkcode kill}; it answers when this resolves. */
  async restart(): Promise<void> {
    await this.process.start();
    await this.#waitCurrent();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sandbox[Symbol.asyncDispose]();
  }

  async #waitCurrent(): Promise<void> {
    const marker = `serial-${this.#serial}.${this.zone}`;
    await eventually(async () => (await this.#lookup(marker, "A")).addresses.length > 0, {
      describe: `the name server to answer for ${marker}`,
      deadline: 20_000,
    });
  }
}

/** RFC 1035 §5; the serial tells the server that there is something new. */
function zoneFile(zone: string, serial: number, records: DnsRecords): string {
  const lines = Object.entries(records).flatMap(([name, addresses]) =>
    addresses.map((address) => `${name} IN A ${address}`)
  );
  return [
    `$ORIGIN ${zone}.`,
    `$TTL ${dnsTtl}`,
    `@ IN SOA ns hostmaster ${serial + 1} 60 60 60 ${dnsTtl}`,
    "@ IN NS ns",
    "ns IN A 127.0.0.1",
    ...lines,
    "",
  ].join("\n");
}
