/**
 * Names that Kubernetes calls qualified: keys of labels and annotations, classes.
 *
 * @module
 */

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const label = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/**
 * A name of at most 63 characters, perhaps below a domain: `metallb`, `example.com/metallb`
 * (apimachinery's `IsQualifiedName`).
 */
export function isQualifiedName(text: string): boolean {
  const at = text.lastIndexOf("/");
  const [prefix, name] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
  const prefixIsGood = at < 0 || (prefix.length <= 253 && subdomain.test(prefix));
  return prefixIsGood && name.length <= 63 && label.test(name);
}

/** Whether an annotation may have this key: there the domain may be in upper case, too. */
export function isAnnotationKey(key: string): boolean {
  return isQualifiedName(key.toLowerCase());
}
