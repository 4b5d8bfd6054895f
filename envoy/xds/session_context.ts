/**
 * What all sessions of a server share.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import type { LogLimit } from "../../base/log_limit.ts";
import type { XdsLimits } from "./limits.ts";
import type { ResourceStores } from "./resource_stores.ts";
import type { ReporterContext } from "./session_reporter.ts";
import type { SocketPace } from "./socket_pace.ts";
import type { TurnScheduler } from "./turn_scheduler.ts";
import type { Authorize } from "./xds_events.ts";

/** Made once for each server. */
export interface SessionContext extends ReporterContext {
  readonly stores: ResourceStores;
  readonly authorize: Authorize;
  readonly scheduler: TurnScheduler;
  readonly limits: XdsLimits;
  readonly paceOf: (fleet: string) => SocketPace | undefined;
  readonly answerDeadline: number;
  /** For what clients do wrong. */
  readonly complaints: LogLimit;
  readonly clock: Clock;
}
