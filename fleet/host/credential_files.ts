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
import {
  identityCertificate,
  identitySecret,
  trustSecret,
  type XdsTlsFiles,
} from "../../envoy/translate/mod.ts";
import { managerId } from "../identity/spiffe_id.ts";
import type { CertificateIssuer } from "../identity/xds_identity.ts";
import { files } from "./envoy_command.ts";
import type { StateFiles } from "./state_files.ts";

/** What {@linkcode CredentialFiles} works with. */
export interface CredentialFilesOptions {
  readonly issuer: CertificateIssuer;
  /** The folder of a fleet's Envoy. */
  readonly folderOf: (fleet: string) => string;
  readonly stateFiles: StateFiles;
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

/** Pauses before a write that has failed is tried again; milliseconds. */
const retryBackoff = { initial: 1_000, maximum: 60_000 };

/** A fleet whose files are kept fresh. */
interface Followed {
  /** The next look. */
  timer: Disposable;
  readonly backoff: Backoff;
}

/**
 * Milliseconds until the next look while nothing can be issued. That this has changed is told; but
 * clocks get set, and then an authority is no longer expired.
 */
const unavailablePause = 10 * 60_000;

/**
 * Writes them, and again before they expire and whenever the authorities change. What is there and
 * still good stays, whichever manager has written it.
 */
export class CredentialFiles implements Disposable {
  readonly #fleets = new Map<string, Followed>();
  /** The last write of each fleet: an older certificate must not come out last. */
  readonly #writes = new Map<string, Promise<unknown>>();
  readonly #changes: Disposable;
  /** How often the authorities have changed. */
  #revision = 0;

  constructor(private readonly options: CredentialFilesOptions) {
    this.#changes = options.issuer.changes.subscribe(() => {
      this.#revision++;
      for (const fleet of [...this.#fleets.keys()]) this.follow(fleet);
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
    this.#fleets.get(fleet)?.timer[Symbol.dispose]();
    this.#fleets.delete(fleet);
  }

  [Symbol.dispose](): void {
    this.#changes[Symbol.dispose]();
    for (const fleet of [...this.#fleets.keys()]) this.forget(fleet);
  }

  #schedule(fleet: string, time: number): void {
    const timer = alarm(this.options.clock, time, () => this.#renew(fleet));
    const followed = this.#fleets.get(fleet);
    followed?.timer[Symbol.dispose]();
    if (followed !== undefined) followed.timer = timer;
    else this.#fleets.set(fleet, { timer, backoff: new Backoff(retryBackoff) });
  }

  async #renew(fleet: string): Promise<void> {
    const { clock, issuer, log } = this.options;
    const { backoff } = this.#fleets.get(fleet)!;
    let next: number;
    try {
      next = await this.#write(fleet);
      backoff.reset();
    } catch (error) {
      // The present certificate is good for a while; and an Envoy without one keeps serving.
      if (issuer.problem !== undefined) next = clock.now() + unavailablePause;
      else {
        next = clock.now() + backoff.next();
        const message = "cannot renew the certificate of an Envoy; trying again";
        if (this.#fleets.has(fleet)) log.warn(message, { fleet, error });
      }
    }
    if (this.#fleets.has(fleet)) this.#schedule(fleet, next);
  }

  /** After the writes that are under way. Returns when to do it again. */
  async #write(fleet: string): Promise<number> {
    const before = this.#writes.get(fleet) ?? Promise.resolve();
    let revision: number | undefined;
    const write = before.catch(() => {}).then(() => {
      revision = this.#revision;
      return this.#writeFiles(fleet);
    });
    this.#writes.set(fleet, write);
    try {
      const next = await write;
      return revision === this.#revision ? next : this.options.clock.now();
    } finally {
      if (this.#writes.get(fleet) === write) this.#writes.delete(fleet);
    }
  }

  async #writeFiles(fleet: string): Promise<number> {
    const { clock, issuer, folderOf, stateFiles } = this.options;
    if (issuer.problem !== undefined) throw new Error(issuer.problem);
    const { directory, identity, trust } = credentialFiles(folderOf(fleet));
    const renewal = await this.#renewalOf(identity);
    const isGood = renewal !== undefined && renewal > clock.now();
    const issued = isGood ? undefined : await issuer.issueFleet(fleet);
    await ensureFolder(directory);
    // Trust first: the server may have a certificate of a new authority already.
    await stateFiles.put(trust, json(trustSecret(issuer.trust(), managerId)));
    if (issued === undefined) return renewal!;
    const { certificate, privateKey } = issued;
    await stateFiles.put(identity, json(identitySecret(certificate, privateKey)));
    return issued.renewAt;
  }

  /** When to replace the certificate in the file; undefined when there is none of ours. */
  async #renewalOf(path: string): Promise<number | undefined> {
    try {
      const certificate = identityCertificate(JSON.parse(await Deno.readTextFile(path)));
      return certificate === undefined
        ? undefined
        : await this.options.issuer.renewalOf(certificate);
    } catch {
      // Absent, or unreadable: it is written anew, and that fails loudly if it has to.
      return undefined;
    }
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

function json(content: Record<string, unknown>): string {
  return JSON.stringify(content, undefined, 2);
}
