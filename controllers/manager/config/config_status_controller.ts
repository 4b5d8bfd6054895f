/**
 * Config → its status: which manager serves it, and what in it cannot be read. Leader only.
 *
 * @module
 */
import { conditionReasons, conditionTypes, setCondition } from "../../../apis/kubelb/conditions.ts";
import { type Config, configs, type VersionInfo } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { keyOf } from "../../../apis/meta/v1.ts";
import type { Clock } from "../../../base/clock.ts";
import type { Logger } from "../../../base/logger.ts";
import type { Registry } from "../../../base/metrics.ts";
import type { FleetRuntime } from "../../../fleet/runtime.ts";
import type { KubeClient } from "../../../kube/client.ts";
import { Controller } from "../../../kube/controller.ts";
import type { ObjectCache } from "../../../kube/object_cache.ts";
import { applyStatus } from "../../../kube/status.ts";
import type { ConfigProblem } from "./config_problem.ts";
import type { LiveSettings } from "./live_settings.ts";
import { unreadFields } from "./unread_fields.ts";

/** What the controller works with. */
export interface ConfigStatusOptions {
  readonly client: KubeClient;
  readonly configs: ObjectCache<Config>;
  readonly settings: LiveSettings;
  /** Where Envoys run: some fields matter to pods only. */
  readonly runtime: Pick<FleetRuntime, "kind">;
  readonly version: VersionInfo;
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics: Registry;
}

/** The status of a Config with `problems`; it names the fields that have no effect. */
export function configStatus(
  config: Config,
  version: VersionInfo,
  problems: readonly ConfigProblem[],
  runtime: FleetRuntime["kind"],
  now: Date,
): NonNullable<Config["status"]> {
  const observedGeneration = config.metadata.generation ?? 0;
  const valid = problems.length === 0;
  const message = problems.map((problem) => `${problem.field}: ${problem.message}`).join("; ");
  const unread = unreadFields(config.spec ?? {}, runtime);
  const without = unread.length === 0 ? "" : ` (without effect: ${unread.join(", ")})`;
  const conditions = setCondition(config.status?.conditions, {
    type: conditionTypes.ready,
    status: valid ? "True" : "False",
    observedGeneration,
    reason: valid ? conditionReasons.reconciled : conditionReasons.invalid,
    message: (valid ? "in force" : `the rest is in force, without ${message}`) + without,
  }, now);
  return { observedGeneration, version, conditions: [...conditions] };
}

/** Writes the status until `signal` fires. */
export function runConfigStatus(options: ConfigStatusOptions, signal: AbortSignal): Promise<void> {
  const { client, configs: cache, settings, version, log, clock, metrics } = options;
  const { kind } = options.runtime;
  return new Controller({
    name: "config-controller",
    async reconcile(key, { signal }) {
      const config = cache.get(key);
      if (config === undefined) return;
      const status = configStatus(config, version, settings.problems, kind, new Date(clock.now()));
      const fieldManager = "kubelb-config";
      cache.observe(await applyStatus(client, configs, config, status, { fieldManager, signal }));
    },
    log,
    clock,
    metrics,
  }).watch(cache, ({ metadata }) => [keyOf(metadata)]).run(signal);
}
