/**
 * Who this program is to one API server. Each cluster has its own {@linkcode Credential} object;
 * nothing is shared between them, so the two clusters of a CCM cannot mix.
 *
 * @module
 */
import { type Clock, systemClock } from "../base/clock.ts";

/** What is presented to the server right now. Either part may be absent. */
export interface Identity {
  /** Value of the `Authorization` header. */
  readonly authorization?: string;
  /** PEM texts for mutual TLS. */
  readonly certificate?: { readonly cert: string; readonly key: string };
}

/** Produces the current {@linkcode Identity}. */
export interface Credential {
  /**
   * @param fresh read it again from where it comes from: the server has just refused the last one.
   * @throws when the source cannot be read.
   */
  identity(fresh: boolean): Promise<Identity>;
}

/** A credential that never changes. */
function staticCredential(identity: Identity): Credential {
  return { identity: () => Promise.resolve(identity) };
}

/** No credential: anonymous requests. */
export const anonymous: Credential = staticCredential({});

/** A bearer token that never changes. */
export function tokenCredential(token: string): Credential {
  return staticCredential({ authorization: `Bearer ${token}` });
}

/** client-go reads a token file again after a minute; the kubelet rotates well before expiry. */
const rereadAfter = 60_000;

/**
 * A token that something else keeps fresh in a file: a projected service account token.
 *
 * @param read reads the file; replaced in tests.
 */
export function tokenFileCredential(
  path: string,
  clock: Clock = systemClock,
  read: (path: string) => Promise<string> = Deno.readTextFile,
): Credential {
  let known: { identity: Identity; readAt: number } | undefined;
  return {
    async identity(fresh) {
      if (!fresh && known && clock.monotonic() - known.readAt < rereadAfter) return known.identity;
      try {
        const token = (await read(path)).trim();
        if (token === "") throw new Error("the file is empty");
        known = { identity: { authorization: `Bearer ${token}` }, readAt: clock.monotonic() };
      } catch (error) {
        // A rotation in progress must not fail calls while the last token may still be valid.
        if (!fresh && known) return known.identity;
        throw new Error(`cannot read the token file ${path}`, { cause: error });
      }
      return known.identity;
    },
  };
}
