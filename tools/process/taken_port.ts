/**
 * Ports that somebody took between their choice and their use.
 *
 * @module
 */
import { describeError } from "../../base/errors.ts";

const attempts = 3;

/**
 * Runs `start` again when it failed because an address was in use: another test run on this machine
 * may have chosen the same port in the moment before it was bound. `start` must choose ports anew.
 *
 * @throws what `start` throws for other reasons, or the last time.
 */
export async function despiteTakenPorts<T>(start: () => Promise<T>): Promise<T> {
  for (let attempt = 1;; attempt++) {
    try {
      return await start();
    } catch (error) {
      if (attempt === attempts || !describeError(error).includes("address already in use")) {
        throw error;
      }
    }
  }
}
