import assert from "node:assert/strict";
import fc from "fast-check";
import { customResources } from "../../apis/kubelb/v1alpha1/mod.ts";
import type { KubeObject } from "../../apis/meta/v1.ts";
import {
  type CustomResource,
  type ObjectNode,
  validate,
  type Violation,
} from "../../apis/schema/mod.ts";
import { installCrds, sharedControlPlane } from "../harness/mod.ts";
import { assertKept } from "./assert_kept.ts";
import {
  type Answer,
  create,
  type Fields,
  tryCreate,
  tryStatus,
} from "./custom_resource_client.ts";
import { arbitraryOf } from "./schema_arbitrary.ts";

const plane = sharedControlPlane({ name: "schemas" }, installCrds);

/** One node in 40 is wrong: about half of the objects are accepted. */
const wrong = 40;
const numRuns = 40;

for (const resource of customResources) {
  const { kind } = resource.type;
  const { status, ...fields } = resource.root.fields;
  const root: ObjectNode = { ...resource.root, fields };
  const statusNode = status!.node;

  Deno.test(`${kind}: our check and the API server agree`, async () => {
    const property = fc.asyncProperty(arbitraryOf(root, wrong), async (value) => {
      if (!isRecord(value)) return;
      agree(validate({ node: root }, value), await tryCreate(plane(), resource, value));
    });
    await fc.assert(property, { numRuns });
  });

  Deno.test(`${kind}: our check and the API server agree on its status`, async () => {
    const object = await createSample(resource, root);
    const property = fc.asyncProperty(arbitraryOf(statusNode, wrong), async (value) => {
      const answer = await tryStatus(plane(), resource, object, value);
      agree(validate({ node: statusNode }, value), answer);
    });
    await fc.assert(property, { numRuns });
  });

  Deno.test(`${kind}: no field is lost`, async () => {
    const object = await createSample(resource, root);
    const values = fc.tuple(arbitraryOf(root), arbitraryOf(statusNode));
    const property = fc.asyncProperty(values, async ([value, status]) => {
      assertKept(await tryCreate(plane(), resource, value as Fields), value);
      assertKept(await tryStatus(plane(), resource, object, status), { status });
    });
    await fc.assert(property, { numRuns: 20 });
  });
}

/** Stores some object of the resource. */
async function createSample(resource: CustomResource<KubeObject>, root: ObjectNode) {
  const [sample] = fc.sample(arbitraryOf(root), 1);
  return await create(plane(), resource, sample as Fields);
}

function agree(violations: Violation[], answer: Answer): void {
  const message = `we: ${JSON.stringify(violations)}; API server: ${JSON.stringify(answer)}`;
  assert.equal(violations.length === 0, answer.accepted, message);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
