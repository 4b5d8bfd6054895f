/**
 * States, inputs and effects of a reflector.
 *
 * @module
 */
import type { ApiErrorReason } from "./api_error.ts";

/** What the reflector is doing now. */
export type ReflectorPhase =
  | { readonly kind: "idle" }
  /** Streaming list (WatchList): present objects arrive as events, a bookmark ends them. */
  | { readonly kind: "streaming" }
  /** Classic list, page by page. */
  | { readonly kind: "listing"; readonly paged: boolean }
  | {
    readonly kind: "watching";
    readonly resourceVersion: string;
    /** Monotonic milliseconds. */
    readonly since: number;
    /** Changes and bookmarks received on this watch. */
    readonly received: number;
  }
  /** Waiting before the next try; without a resource version that is a list. */
  | { readonly kind: "waiting"; readonly resourceVersion?: string; readonly paged?: boolean };

/** The whole state between two inputs. */
export interface ReflectorState {
  readonly phase: ReflectorPhase;
  /** Failures since the reflector was last healthy; decides the next delay. */
  readonly failures: number;
  /** Reason of the last of them; a stream that ended badly has none. */
  readonly lastFailure?: ApiErrorReason | undefined;
  /** Whether the server offers WatchList; believed until it refuses. */
  readonly watchList: boolean;
}

/** Where every reflector begins. */
export const initialReflectorState: ReflectorState = {
  phase: { kind: "idle" },
  failures: 0,
  watchList: true,
};

/** What a failed request or a broken stream says. */
export interface ReflectorFailure {
  readonly reason: ApiErrorReason;
  /** Milliseconds the server asked us to wait. */
  readonly retryAfter?: number | undefined;
}

/** What can happen to a reflector. */
export type ReflectorInput =
  | { readonly kind: "start" }
  /** One object of a streaming list has been collected. */
  | { readonly kind: "collected" }
  /** The streaming list is complete at this version. */
  | { readonly kind: "complete"; readonly resourceVersion: string }
  /** One page of a list has been collected; without `continue` it was the last. */
  | { readonly kind: "page"; readonly resourceVersion: string; readonly continue?: string }
  /** The watch brought a change; it has been applied. */
  | { readonly kind: "change"; readonly resourceVersion: string }
  | { readonly kind: "bookmark"; readonly resourceVersion: string }
  /** A line that is no watch event. */
  | { readonly kind: "malformed" }
  /** The stream ended in good order. */
  | { readonly kind: "closed" }
  | { readonly kind: "failed"; readonly failure: ReflectorFailure }
  /** Nothing has arrived for so long that the connection must be dead. */
  | { readonly kind: "silent" }
  /** The wait is over. */
  | { readonly kind: "elapsed" };

/** What the shell must do, in order. */
export type ReflectorEffect =
  /** Forget what has been collected. */
  | { readonly kind: "discard" }
  | { readonly kind: "list"; readonly continue?: string; readonly limit?: number }
  /**
   * Open a stream; without a resource version it is a streaming list. With `verify` first ask whether
   * the server's history reaches to that version at all.
   */
  | {
    readonly kind: "watch";
    readonly resourceVersion?: string;
    readonly timeoutSeconds: number;
    readonly verify?: true;
  }
  /** End the current stream. */
  | { readonly kind: "close" }
  /** Hand the collected objects to the cache as the complete state. */
  | { readonly kind: "replace"; readonly resourceVersion: string }
  | { readonly kind: "wait"; readonly milliseconds: number }
  /** Drop the connections of the client: one has been found dead. */
  | { readonly kind: "reconnect" };

/** What a step may look at beside its input. */
export interface StepContext {
  /** Monotonic milliseconds. */
  readonly now: number;
  /** A fresh number in [0, 1). */
  readonly random: number;
}

/** The next state, and what to do on the way there. */
export interface ReflectorStep {
  readonly state: ReflectorState;
  readonly effects: readonly ReflectorEffect[];
}
