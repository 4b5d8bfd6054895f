/**
 * An error that trying again does not mend.
 *
 * @module
 */

/** Thrown by a reconciler: logged and counted, but not retried until the object changes. */
export class TerminalError extends Error {
  override readonly name = "TerminalError";
}
