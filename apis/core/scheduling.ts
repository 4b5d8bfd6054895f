/**
 * Schemas of `core/v1` that say where pods run: tolerations and affinity.
 *
 * @module
 */

import { array, type Infer, integer, map, object, optional, string } from "../schema/mod.ts";

/** `core/v1.Toleration`. */
export const toleration = object("A taint that the pods tolerate.", {
  key: optional(string("Key of the taint; all when absent.")),
  operator: optional(string("Exists, or Equal, the default.")),
  value: optional(string("Value of the taint.")),
  effect: optional(string("Effect of the taint; all when absent.")),
  tolerationSeconds: optional(
    integer("For how long NoExecute is tolerated; for ever when absent.", { format: "int64" }),
  ),
});

const requirement = object("A requirement on a label.", {
  key: string("Key of the label."),
  operator: string("In, NotIn, Exists, DoesNotExist, Gt or Lt."),
  values: optional(array("Values of the label.", string("Value."), { listType: "atomic" })),
});

const labelSelector = object("Selects objects by their labels.", {
  matchLabels: optional(map("Labels that they have.", string("Value."))),
  matchExpressions: optional(
    array("Requirements that they meet.", requirement, { listType: "atomic" }),
  ),
}, { atomic: true });

const nodeSelectorTerm = object("Nodes that meet all of these.", {
  matchExpressions: optional(
    array("Requirements on labels.", requirement, { listType: "atomic" }),
  ),
  matchFields: optional(array("Requirements on fields.", requirement, { listType: "atomic" })),
}, { atomic: true });

const weight = integer("How much it counts, from 1 to 100.");

const nodeAffinity = object("Which nodes.", {
  preferredDuringSchedulingIgnoredDuringExecution: optional(array(
    "What is preferred.",
    object("One preference.", { weight, preference: nodeSelectorTerm }),
    { listType: "atomic" },
  )),
  requiredDuringSchedulingIgnoredDuringExecution: optional(object("What is demanded.", {
    nodeSelectorTerms: array("One of these.", nodeSelectorTerm, { listType: "atomic" }),
  }, { atomic: true })),
});

const names = (description: string) =>
  array(description, string("Name."), { listType: "atomic" as const });

const podAffinityTerm = object("Pods, and how near.", {
  labelSelector: optional(labelSelector),
  matchLabelKeys: optional(names("Labels that must have the pod's own value.")),
  mismatchLabelKeys: optional(names("Labels that must not have the pod's own value.")),
  namespaceSelector: optional(labelSelector),
  namespaces: optional(names("Namespaces of the pods.")),
  topologyKey: string("The label of nodes that says what counts as near."),
});

const podAffinityFields = {
  preferredDuringSchedulingIgnoredDuringExecution: optional(array(
    "What is preferred.",
    object("One preference.", { weight, podAffinityTerm }),
    { listType: "atomic" },
  )),
  requiredDuringSchedulingIgnoredDuringExecution: optional(
    array("What is demanded.", podAffinityTerm, { listType: "atomic" }),
  ),
};

/** `core/v1.Affinity`. */
export const affinity = object("Where the pods run.", {
  nodeAffinity: optional(nodeAffinity),
  podAffinity: optional(object("Near which pods.", podAffinityFields)),
  podAntiAffinity: optional(object("Away from which pods.", podAffinityFields)),
});

/** See {@linkcode toleration}. */
export interface Toleration extends Infer<typeof toleration> {}

/** See {@linkcode affinity}. */
export interface Affinity extends Infer<typeof affinity> {}
