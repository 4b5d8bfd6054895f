/**
 * Credentials that are expensive to get: one run serves everybody who asks meanwhile.
 *
 * @module
 */
import { type Clock, systemClock } from "../base/clock.ts";
import type { Credential, Identity } from "./credential.ts";
import { Deadline } from "./deadline.ts";
import { obedient } from "./obedient_body.ts";

/** Milliseconds after which a run is given up: it may wait for a browser that nobody sees. */
const patience = 60_000;

/**
 * A credential that `ask` gets. All watches meet the same 401 at the same time; they share one run. A
 * run that takes longer than a minute fails, and the next request begins another.
 */
export function sharedCredential(
  ask: (fresh: boolean) => Promise<Identity>,
  clock: Clock = systemClock,
): Credential {
  let underWay: { readonly answer: Promise<Identity>; readonly fresh: boolean } | undefined;
  const run = async (fresh: boolean): Promise<Identity> => {
    using deadline = new Deadline(clock, patience);
    return await obedient(ask(fresh), deadline.signal);
  };
  return {
    async identity(fresh) {
      if (underWay !== undefined && (underWay.fresh || !fresh)) return await underWay.answer;
      const mine = underWay = { answer: run(fresh), fresh };
      try {
        return await mine.answer;
      } finally {
        if (underWay === mine) underWay = undefined;
      }
    },
  };
}
