import assert from "node:assert/strict";
import { customResource, customResourceDefinition, object, string } from "./mod.ts";

Deno.test("a definition names the resource, its columns and its schema", () => {
  const resource = customResource({
    group: "example.com",
    version: "v1",
    kind: "Thing",
    plural: "things",
    shortNames: ["th"],
    namespaced: false,
    columns: [{ name: "Name", type: "string", jsonPath: ".spec.name" }],
    schema: object("A thing.", { spec: object("Spec.", { name: string("Name.") }) }),
  });
  const { metadata, spec } = customResourceDefinition(resource);
  assert.equal(metadata.name, "things.example.com");
  assert.equal(spec.scope, "Cluster");
  assert.deepEqual(spec.names, {
    kind: "Thing",
    listKind: "ThingList",
    plural: "things",
    singular: "thing",
    shortNames: ["th"],
  });
  const [version] = spec.versions;
  assert.deepEqual(version?.additionalPrinterColumns, resource.columns);
  assert.deepEqual(version?.subresources, { status: {} });
  const { properties, required } = version!.schema.openAPIV3Schema;
  assert.deepEqual(Object.keys(properties!), ["apiVersion", "kind", "metadata", "spec"]);
  assert.deepEqual(required, ["spec"]);
});

Deno.test("a custom resource whose schema is no object is a mistake in the program", () => {
  const options = { group: "g", version: "v1", kind: "K", plural: "ks", namespaced: true };
  assert.throws(() => customResource({ ...options, schema: string("Text.") as never }), TypeError);
});
