import { array, type Infer, intOrString, map, object, optional, string } from "../schema/mod.ts";

const quantity = intOrString("A quantity such as 500m or 256Mi.", {
  pattern: "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))" +
    "(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$",
});

const claim = object("A claim of the pod.", {
  name: string("Name of the claim."),
  request: optional(string("The request of the claim that is meant; all of them when absent.")),
});

/** `core/v1.ResourceRequirements`. */
export const resourceRequirements = object("What a container gets of the node's resources.", {
  limits: optional(map("The most it may use.", quantity)),
  requests: optional(map("What is set aside for it.", quantity)),
  claims: optional(
    array("Claims that it uses.", claim, { listType: "map", listMapKeys: ["name"] }),
  ),
});

/** See {@linkcode resourceRequirements}. */
export interface ResourceRequirements extends Infer<typeof resourceRequirements> {}
