import assert from "node:assert/strict";
import { propagateAnnotations, resolveAnnotationSettings } from "./propagation.ts";

const source = { "a.io/x": "1", "a.io/y": "2", "b.io/z": "3" };

Deno.test("nothing passes when nothing is allowed", () => {
  assert.deepEqual(propagateAnnotations(source, {}, "service"), {});
});

Deno.test("an allow-list passes keys by glob, and by value when values are listed", () => {
  const settings = { propagatedAnnotations: { "a.io/*": "2, 5", "b.io/z": "" } };
  assert.deepEqual(propagateAnnotations(source, settings, "service"), {
    "a.io/y": "2",
    "b.io/z": "3",
  });
});

Deno.test("the denied list wins over everything but the defaults", () => {
  const settings = {
    propagateAllAnnotations: true,
    deniedAnnotations: ["a.io/*"],
    defaultAnnotations: { service: { "a.io/x": "default" } },
  };
  assert.deepEqual(propagateAnnotations(source, settings, "service"), {
    "a.io/x": "default",
    "b.io/z": "3",
  });
});

Deno.test("defaults are added for the kind, then for all, where the key is absent", () => {
  const settings = {
    propagatedAnnotations: { "b.io/z": "" },
    defaultAnnotations: {
      all: { "b.io/z": "all", "c.io/q": "all", "d.io/r": "all" },
      service: { "c.io/q": "service" },
      ingress: { "e.io/s": "ingress" },
    },
  };
  assert.deepEqual(propagateAnnotations(source, settings, "service"), {
    "b.io/z": "3",
    "c.io/q": "service",
    "d.io/r": "all",
  });
});

Deno.test("a tenant that says anything about a group replaces the Config's group", () => {
  const config = {
    propagateAllAnnotations: true,
    deniedAnnotations: ["x"],
    defaultAnnotations: { all: { k: "config" } },
  };
  assert.deepEqual(resolveAnnotationSettings({}, config), config);
  assert.deepEqual(resolveAnnotationSettings({ propagatedAnnotations: {} }, config), {
    propagatedAnnotations: {},
    deniedAnnotations: ["x"],
    defaultAnnotations: { all: { k: "config" } },
  });
  assert.deepEqual(resolveAnnotationSettings({ propagateAllAnnotations: false }, config), {
    deniedAnnotations: ["x"],
    defaultAnnotations: { all: { k: "config" } },
  });
  assert.deepEqual(
    resolveAnnotationSettings({ deniedAnnotations: [], defaultAnnotations: {} }, config),
    { propagateAllAnnotations: true, deniedAnnotations: [], defaultAnnotations: {} },
  );
});

Deno.test("a default with a key that no annotation can have is left out, the others are not", () => {
  const defaults = { service: { "a/b/c": "x", "": "y", "good/key": "z" } };
  const settings = { defaultAnnotations: defaults };
  assert.deepEqual(propagateAnnotations({}, settings, "service"), { "good/key": "z" });
});
