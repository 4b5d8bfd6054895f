/**
 * The certificates of the Envoys on this host, as files that Envoy follows.
 *
 * @module
 */
import { join } from "node:path";
import { alarm } from "../../base/alarm.ts";
import { Backoff } from "../../base/backoff.ts";
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/logger.ts";
import { identitySecret, trustSecret, type XdsTlsFiles } from "../../envoy/translate/mod.ts";
import { managerId } from "../identity/spiffe_id.ts";
import type { CertificateIssuer } from "../identity/xds_identity.ts";
import { writeAtomically } from "./atomic_file.ts";
import { files } from "./envoy_command.ts";

/** What {@linkcode CredentialFiles} works with. */
export interface CredentialFilesOptions {
  readonly issuer: CertificateIssuer;
  /** The folder of a fleet's Envoy. */
  readonly folderOf: (fleet: string) => string;
  readonly log: Logger;
  readonly clock: Clock;
}

/** Where the files of the Envoy in `folder` are. */
export function credentialFiles(folder: string): XdsTlsFiles {
  const directory = join(folder, files.credentials);
  return {
    directory,
    identity: join(directory, "identity.json"),
    trust: join(directory, "trust.json"),
  };
}

/** Writes them, and again before they expire and whenever the authorities change. */
export class CredentialFiles implements Disposable {
  /** By fleet: the timer of the next renewal. */
  readonly #fleets = new Map<string, Disposable>();
  /** The last write of each fleet: an older certificate must not come out last. */
  readonly #writes = new Map<string, Promise<unknown>>();
  readonly #changes: Disposable;
  readonly #backoff = new Backoff({ initial: 1_000, maximum: 60_000 });

  constructor(private readonly options: CredentialFilesOptions) {
    this.#changes = options.issuer.changes.subscribe(() => {
      for (const fleet of [...this.#fleets.keys()]) this.#schedule(fleet, options.clock.now());
    });
  }

  /**
   * Writes the files of `fleet`, whose folder exists, and keeps them fresh until
   * {@linkcode CredentialFiles.forget}.
   *
   * @throws Error when nothing can be issued yet, or the files cannot be written.
   */
  async write(fleet: string): Promise<void> {
    this.#schedule(fleet, await this.#write(fleet));
  }

  /** Keeps the files of an Envoy fresh that runs already; failures are tried again. */
  follow(fleet: string): void {
    this.#schedule(fleet, this.options.clock.now());
  }

  /** The fleet is gone. */
  forget(fleet: string): void {
    this.#fleets.get(fleet)?.[Symbol.dispose]();
    this.#fleets.delete(fleet);
  }

  [Symbol.dispose](): void {
    this.#changes[Symbol.dispose]();
    for (const fleet of [...this.#fleets.keys()]) this.forget(fleet);
  }

  #schedule(fleet: string, time: number): void {
    this.#fleets.get(fleet)?.[Symbol.dispose]();
    this.#fleets.set(fleet, alarm(this.options.clock, time, () => this.#renew(fleet)));
  }

  async #renew(fleet: string): Promise<void> {
    const { clock, log } = this.options;
    let next: number;
    try {
      next = await this.#write(fleet);
      this.#backoff.reset();
    } catch (error) {
      next = clock.now() + this.#backoff.next();
      // The present certificate is good for a while; and an Envoy without one keeps serving.
      const message = "cannot renew the certificate of an Envoy; trying again";
      if (this.#fleets.has(fleet)) log.warn(message, { fleet, error });
    }
    if (this.#fleets.has(fleet)) this.#schedule(fleet, next);
  }

  /** After the writes that are under way. Returns when to do it again. */
  async #write(fleet: string): Promise<number> {
    const before = this.#writes.get(fleet) ?? Promise.resolve();
    const write = before.catch(() => {}).then(() => this.#writeFiles(fleet));
    this.#writes.set(fleet, write);
    try {
      return await write;
    } finally {
      if (this.#writes.get(fleet) === write) this.#writes.delete(fleet);
    }
  }

  async #writeFiles(fleet: string): Promise<number> {
    const { issuer, folderOf } = this.options;
    const { directory, identity, trust } = credentialFiles(folderOf(fleet));
    const issued = await issuer.issueFleet(fleet);
    await ensureFolder(directory);
    // Trust first: the server may have a certificate of a new authority already.
    await writeJson(trust, trustSecret(issuer.trust(), managerId));
    await writeJson(identity, identitySecret(issued.certificate, issued.privateKey));
    return issued.renewAt;
  }
}

/** Not recursively: the folder of a fleet that goes meanwhile must not come back. */
async function ensureFolder(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}

async function writeJson(path: string, content: Record<string, unknown>): Promise<void> {
  await writeAtomically(path, JSON.stringify(content, undefined, 2));
}
