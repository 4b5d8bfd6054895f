/**
 * Drops from a reflected root what the wanted files do not refer to.
 *
 * @module
 */
import protobuf from "protobufjs";

/**
 * Removes every message and enum that no message of `mainFiles` contains, however deep.
 *
 * @param leftOut full names of messages and packages to remove together with all fields that are of
 *   these types. They then travel as unknown fields, if at all.
 */
export function prune(
  root: protobuf.Root,
  mainFiles: readonly string[],
  leftOut: readonly string[],
): void {
  removeFields(root, leftOut);
  const wanted = new Set(mainFiles);
  const kept = new Set<protobuf.ReflectionObject>();
  for (const object of descendants(root)) {
    if (isLeftOut(object, leftOut)) continue;
    if (isDefinition(object) && wanted.has(object.filename ?? "")) keep(object, kept);
  }
  removeOthers(root, kept);
}

function removeFields(root: protobuf.Root, leftOut: readonly string[]): void {
  for (const object of descendants(root)) {
    if (!(object instanceof protobuf.Type)) continue;
    for (const field of object.fieldsArray) {
      // An extension of the descriptors' options goes with what it extends.
      if (field.declaringField) continue;
      if (field.resolvedType && isLeftOut(field.resolvedType, leftOut)) removeField(object, field);
    }
  }
}

function removeField(type: protobuf.Type, field: protobuf.Field): void {
  const oneof = field.partOf;
  oneof?.remove(field);
  type.remove(field);
  if (oneof?.fieldsArray.length === 0) type.remove(oneof);
}

function isLeftOut({ fullName }: protobuf.ReflectionObject, leftOut: readonly string[]): boolean {
  return leftOut.some((name) => `${fullName}.`.startsWith(`.${name}.`));
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
