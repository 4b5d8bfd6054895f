/**
 * Which of the Config's default annotations no object can have.
 *
 * @module
 */
import type { ConfigSpec } from "../../../apis/kubelb/v1alpha1/mod.ts";
import { isAnnotationKey } from "../../../apis/meta/qualified_name.ts";
import type { ConfigProblem } from "./config_problem.ts";

/** They are left out; the others are in force. */
export function defaultAnnotationProblems(config: ConfigSpec): ConfigProblem[] {
  return Object.entries(config.defaultAnnotations ?? {}).flatMap(([kind, annotations]) =>
    Object.keys(annotations).filter((key) => !isAnnotationKey(key)).map((key) => ({
      field: `spec.defaultAnnotations.${kind}`,
      message: `${JSON.stringify(key)} cannot be the key of an annotation`,
    }))
  );
}
