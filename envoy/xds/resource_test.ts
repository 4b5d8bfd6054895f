import assert from "node:assert/strict";
import { envoy, typeUrls } from "../proto/mod.ts";
import { contentVersion, encodeResource } from "./resource.ts";

const { EDS, STATIC } = envoy.config.cluster.v3.Cluster.DiscoveryType;

Deno.test("the version is a hash of the content: equal for equal content, else different", () => {
  const [a, again, b] = [1, 1, 2].map((seconds) =>
    encodeResource(typeUrls.cluster, "web", { name: "web", connectTimeout: { seconds } })
  );
  assert.equal(a!.version, again!.version);
  assert.notEqual(a!.version, b!.version);
  assert.match(a!.version, /^[\w-]{16}$/);
});

Deno.test("what was encoded can be decoded", () => {
  const { body } = encodeResource(typeUrls.listener, "front", {
    name: "front",
    statPrefix: "front",
    useOriginalDst: { value: false },
  });
  const listener = envoy.config.listener.v3.Listener.decode(body);
  assert.equal(listener.name, "front");
  assert.equal(listener.useOriginalDst?.value, false);
});

Deno.test("a cluster says which assignment it waits for", () => {
  const plain = encodeResource(typeUrls.cluster, "web", { name: "web", type: EDS });
  assert.equal(plain.assignment, "web");
  const named = encodeResource(typeUrls.cluster, "web", {
    name: "web",
    type: EDS,
    edsClusterConfig: { serviceName: "shared" },
  });
  assert.equal(named.assignment, "shared");
  const fixed = encodeResource(typeUrls.cluster, "web", { name: "web", type: STATIC });
  assert.equal(fixed.assignment, undefined);
});

Deno.test("a listener says how many sockets it has, and of which protocol", () => {
  const { TCP, UDP } = envoy.config.core.v3.SocketAddress.Protocol;
  const at = (protocol: typeof TCP | typeof UDP) => ({ socketAddress: { protocol } });
  const dualStack = { address: at(UDP), additionalAddresses: [{ address: at(UDP) }] };
  const udp = encodeResource(typeUrls.listener, "names", dualStack);
  assert.deepEqual(udp.listening, { addresses: 2, protocol: "UDP" });
  const tcp = encodeResource(typeUrls.listener, "web", { address: at(TCP) });
  assert.deepEqual(tcp.listening, { addresses: 1, protocol: "TCP" });
  assert.equal(encodeResource(typeUrls.cluster, "web", {}).listening, undefined);
});

Deno.test("versions are the same on every machine", () => {
  assert.equal(contentVersion(new TextEncoder().encode("web")), "S15X9usvQrkDmz0e");
});
