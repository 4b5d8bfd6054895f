import assert from "node:assert/strict";
import { cniSettings, containerdSettings, kubeletSettings } from "./node_settings.ts";

const layout = {
  name: "node-1",
  address: "10.64.0.11",
  podRange: "10.244.1.0/24",
  clusterRange: "10.244.0.0/16",
  folder: "/tmp/kubelb-node-1",
  runc: "/usr/sbin/runc",
  kubeletKubeconfig: "kubelet.kubeconfig",
  proxyKubeconfig: "kube-proxy.kubeconfig",
  caCertificate: "ca.crt",
};

Deno.test("everything that a node writes is below its folder", () => {
  const texts = [containerdSettings(layout), JSON.stringify(cniSettings(layout))];
  texts.push(JSON.stringify(kubeletSettings(layout)));
  const paths = texts.flatMap((text) => text.match(/"[^"]*\/(?:tmp|var|run|etc)\/[^"]*"/g) ?? []);
  assert.ok(paths.length >= 4, `${paths}`);
  for (const path of paths) assert.match(path, /^"(?:unix:\/\/)?\/tmp\/kubelb-node-1\//);
});
