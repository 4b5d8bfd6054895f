/**
 * What a reflector does next: a pure state machine, so that every fault is one row of a table test.
 *
 * Model: kube-rs `runtime/watcher`; rules: client-go `tools/cache/reflector.go`. Differences from
 * client-go, on purpose: lists are always consistent reads (never `resourceVersion=0`), so the view
 * cannot go back in time and needs no "not older than"; the first retry comes after 50–100 ms
 * instead of 0.8–1.6 s; health counts after 10 s instead of 2 min, so that a second outage is not
 * punished for the first.
 *
 * @module
 */
import type { ApiErrorReason } from "./api_error.ts";
import type {
  ReflectorFailure,
  ReflectorInput,
  ReflectorPhase,
  ReflectorState,
  ReflectorStep,
  StepContext,
} from "./reflector_state.ts";
import { isNewer } from "./resource_version.ts";

/** client-go's page size. */
const pageSize = 500;
/** A watch that lived so long, in milliseconds, was healthy. */
const healthyAfter = 10_000;
/** Milliseconds after which what only a person can mend is tried again. */
const longestPause: { readonly [R in ApiErrorReason]?: number } = {
  ResourceMissing: 2_000,
  Unauthorized: 5_000,
  Forbidden: 5_000,
};
/** A watch that ends this early without an event, in milliseconds, is a fault (client-go). */
const veryShort = 1_000;

/** One step of the reflector. Inputs that do not fit the phase come too late and change nothing. */
export function step(
  state: ReflectorState,
  input: ReflectorInput,
  context: StepContext,
): ReflectorStep {
  switch (state.phase.kind) {
    case "idle":
      return input.kind === "start" ? begin(state, context) : ignore(state);
    case "waiting":
      return input.kind === "elapsed" ? resume(state, state.phase, context) : ignore(state);
    case "streaming":
      return stepStreaming(state, input, context);
    case "listing":
      return stepListing(state, state.phase, input, context);
    case "watching":
      return stepWatching(state, state.phase, input, context);
  }
}

function ignore(state: ReflectorState): ReflectorStep {
  return { state, effects: [] };
}

/** Lists everything, by stream when the server can. */
function begin(state: ReflectorState, context: StepContext, paged = true): ReflectorStep {
  if (state.watchList) {
    const watch = { kind: "watch", timeoutSeconds: timeoutSeconds(context) } as const;
    return {
      state: { ...state, phase: { kind: "streaming" } },
      effects: [{ kind: "discard" }, watch],
    };
  }
  return {
    state: { ...state, phase: { kind: "listing", paged } },
    effects: [{ kind: "discard" }, { kind: "list", ...(paged ? { limit: pageSize } : {}) }],
  };
}

function resume(
  state: ReflectorState,
  phase: ReflectorPhase & { kind: "waiting" },
  context: StepContext,
): ReflectorStep {
  if (phase.resourceVersion === undefined) return begin(state, context, phase.paged);
  return watchFrom(state, phase.resourceVersion, context, mayHaveBeenAway(state.lastFailure));
}

function stepStreaming(
  state: ReflectorState,
  input: ReflectorInput,
  context: StepContext,
): ReflectorStep {
  switch (input.kind) {
    case "complete":
      // The same stream goes on as the watch.
      return {
        state: { ...state, phase: watching(input.resourceVersion, context) },
        effects: [{ kind: "replace", resourceVersion: input.resourceVersion }],
      };
    case "failed":
      if (refusesWatchList(input.failure)) return begin({ ...state, watchList: false }, context);
      return retry(state, context, input.failure);
    case "silent": {
      // Either a dead connection or a server that ignores the unknown parameter and so never sends
      // the closing bookmark. A classic list works in both cases.
      const fallback = begin({ ...state, watchList: false }, context);
      const effects = [{ kind: "close" }, { kind: "reconnect" }, ...fallback.effects] as const;
      return { ...fallback, effects };
    }
    case "malformed":
      return closing(retry(state, context));
    case "closed":
      return retry(state, context);
    default:
      return ignore(state);
  }
}

/** A server without the feature calls the parameter invalid; a proxy may call it a bad request. */
function refusesWatchList({ reason }: ReflectorFailure): boolean {
  return reason === "Invalid" || reason === "BadRequest" || reason === "UnsupportedMediaType";
}

function stepListing(
  state: ReflectorState,
  phase: ReflectorPhase & { kind: "listing" },
  input: ReflectorInput,
  context: StepContext,
): ReflectorStep {
  switch (input.kind) {
    case "page":
      if (input.continue !== undefined) {
        return { state, effects: [{ kind: "list", continue: input.continue, limit: pageSize }] };
      } else {
        const watch = watchFrom(state, input.resourceVersion, context);
        const replace = { kind: "replace", resourceVersion: input.resourceVersion } as const;
        return { ...watch, effects: [replace, ...watch.effects] };
      }
    case "failed":
      // The continue token expired between two pages: take all in one piece.
      if (input.failure.reason === "Expired" && phase.paged) return begin(state, context, false);
      return retry(state, context, input.failure, { paged: phase.paged });
    default:
      return ignore(state);
  }
}

function stepWatching(
  state: ReflectorState,
  phase: ReflectorPhase & { kind: "watching" },
  input: ReflectorInput,
  context: StepContext,
): ReflectorStep {
  const healthy = context.now - phase.since >= healthyAfter
    ? { ...state, failures: 0, lastFailure: undefined }
    : state;
  const { resourceVersion } = phase;
  switch (input.kind) {
    case "change":
    case "bookmark": {
      // Versions of one watch only grow: this is another history (etcd restored from a backup).
      if (isNewer(resourceVersion, input.resourceVersion)) return closing(retry(healthy, context));
      const received = phase.received + 1;
      const next = { ...phase, resourceVersion: input.resourceVersion, received };
      return ignore({ ...state, phase: next });
    }
    case "closed": {
      const short = context.now - phase.since < veryShort && phase.received === 0;
      if (short) return retry(state, context, undefined, { resourceVersion });
      return watchFrom(healthy, resourceVersion, context);
    }
    case "failed":
      // Only a version that the server has forgotten, or a kind that has gone, needs a new list.
      if (needsList(input.failure)) return retry(healthy, context, input.failure);
      return retry(healthy, context, input.failure, { resourceVersion });
    case "silent": {
      const again = watchFrom(healthy, resourceVersion, context, true);
      return { ...again, effects: [{ kind: "close" }, { kind: "reconnect" }, ...again.effects] };
    }
    case "malformed":
      // What that line said is lost: only a list can tell.
      return closing(retry(healthy, context));
    default:
      return ignore(state);
  }
}

function needsList({ reason }: ReflectorFailure): boolean {
  return reason === "Expired" || reason === "ResourceMissing" || reason === "NotFound" ||
    reason === "Invalid" || reason === "BadRequest";
}

function watching(resourceVersion: string, { now }: StepContext): ReflectorPhase {
  return { kind: "watching", resourceVersion, since: now, received: 0 };
}

function watchFrom(
  state: ReflectorState,
  resourceVersion: string,
  context: StepContext,
  verify?: boolean,
): ReflectorStep {
  const watch = {
    kind: "watch",
    resourceVersion,
    timeoutSeconds: timeoutSeconds(context),
  } as const;
  return {
    state: { ...state, phase: watching(resourceVersion, context) },
    effects: [verify ? { ...watch, verify: true } : watch],
  };
}

/** The server that answers next may have been restored from a backup while nobody could ask it. */
function mayHaveBeenAway(reason: ApiErrorReason | undefined): boolean {
  return reason === "Unreachable" || reason === "ServerError" || reason === "Timeout";
}

/** Between 5 and 10 minutes, so that watches spread over API servers (client-go). */
function timeoutSeconds({ random }: StepContext): number {
  return Math.round(300 * (1 + random));
}

function retry(
  state: ReflectorState,
  context: StepContext,
  failure?: ReflectorFailure,
  from: { readonly resourceVersion?: string; readonly paged?: boolean } = {},
): ReflectorStep {
  const reason = failure?.reason;
  // A server that says 410 is well: it deserves a new list at once, unless it says so again.
  const failures = reason === "Expired" && state.lastFailure !== "Expired" ? 0 : state.failures;
  const milliseconds = Math.max(
    retryDelay(failures, context.random, reason),
    failure?.retryAfter ?? 0,
  );
  const phase = { kind: "waiting", ...from } as const;
  return {
    state: { ...state, failures: state.failures + 1, lastFailure: reason, phase },
    effects: [{ kind: "wait", milliseconds }],
  };
}

function closing(result: ReflectorStep): ReflectorStep {
  return { ...result, effects: [{ kind: "close" }, ...result.effects] };
}

/**
 * Milliseconds before try number `failures` + 1: soon once, then client-go's 0.8 s doubling to 30 s
 * with full jitter. What somebody is probably mending right now is asked for every few seconds.
 */
export function retryDelay(failures: number, random: number, reason?: ApiErrorReason): number {
  const longest = reason && longestPause[reason] || 30_000;
  const base = failures === 0 ? 50 : Math.min(longest, 800 * 2 ** (failures - 1));
  return base * (1 + random);
}
