/**
 * Drops from a reflected root what the wanted files do not refer to.
 *
 * @module
 */
import protobuf from "protobufjs";

/** Removes every message and enum that no message of `mainFiles` contains, however deep. */
export function prune(root: protobuf.Root, mainFiles: readonly string[]): void {
  const wanted = new Set(mainFiles);
  const kept = new Set<protobuf.ReflectionObject>();
  for (const object of descendants(root)) {
    if (isDefinition(object) && wanted.has(object.filename ?? "")) keep(object, kept);
  }
  removeOthers(root, kept);
}

type Definition = protobuf.Type | protobuf.Enum;

function isDefinition(object: protobuf.ReflectionObject): object is Definition {
  return object instanceof protobuf.Type || object instanceof protobuf.Enum;
}

function* descendants(namespace: protobuf.NamespaceBase): Generator<protobuf.ReflectionObject> {
  for (const object of namespace.nestedArray) {
    yield object;
    if (object instanceof protobuf.Namespace) yield* descendants(object);
  }
}

/** Marks a definition, what its fields refer to, and the messages and namespaces around it. */
function keep(definition: Definition, kept: Set<protobuf.ReflectionObject>): void {
  const pending: protobuf.ReflectionObject[] = [definition];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (kept.has(next)) continue;
    kept.add(next);
    if (next.parent) pending.push(next.parent);
    if (!(next instanceof protobuf.Type)) continue;
    for (const field of next.fieldsArray) {
      if (field.resolvedType) pending.push(field.resolvedType);
    }
  }
}

function removeOthers(
  namespace: protobuf.NamespaceBase,
  kept: ReadonlySet<protobuf.ReflectionObject>,
): void {
  for (const object of [...namespace.nestedArray]) {
    if (!kept.has(object)) namespace.remove(object);
    else if (object instanceof protobuf.Namespace) removeOthers(object, kept);
  }
}
