import assert from "node:assert/strict";
import fc from "fast-check";
import type { Node, NodeAddress } from "../../../apis/core/v1.ts";
import { deletionTaint, excludeLabel, nodeAddresses } from "./node_addresses.ts";

interface NodeOptions {
  ready?: "True" | "False" | "Unknown";
  labels?: Record<string, string>;
  taint?: string;
  deleting?: boolean;
}

let count = 0;

function node(addresses: [NodeAddress["type"], string][], options: NodeOptions = {}): Node {
  const { ready = "True", labels = {}, taint, deleting } = options;
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: `node-${count++}`,
      labels,
      ...(deleting && { deletionTimestamp: "2026-01-01T00:00:00Z" }),
    },
    spec: taint ? { taints: [{ key: taint, effect: "NoSchedule" }] } : {},
    status: {
      addresses: addresses.map(([type, address]) => ({ type, address })),
      conditions: [{ type: "Ready", status: ready }],
    },
  };
}

function ips(...nodes: Node[]): string[] {
  const result = nodeAddresses(nodes, "InternalIP");
  assert.equal(result.kind, "addresses", JSON.stringify(result));
  return result.kind === "addresses" ? result.addresses.map(({ ip }) => ip ?? "") : [];
}

Deno.test("addresses of the wanted type of ready nodes are taken, sorted by their bytes", () => {
  assert.deepEqual(
    ips(
      node([["InternalIP", "10.0.0.10"], ["ExternalIP", "192.0.2.1"], ["Hostname", "a"]]),
      node([["InternalIP", "10.0.0.9"]]),
      node([["InternalIP", "10.0.0.1"]], { ready: "False" }),
      node([["InternalIP", "10.0.0.2"]], { ready: "Unknown" }),
    ),
    ["10.0.0.9", "10.0.0.10"],
  );
});

Deno.test("both families stay, IPv4 first, each address once in its canonical form", () => {
  assert.deepEqual(
    ips(
      node([["InternalIP", "2001:db8:0::2"], ["InternalIP", "10.0.0.1"]]),
      node([["InternalIP", "2001:DB8::2"], ["InternalIP", "10.0.0.1"]]),
      node([["InternalIP", "2001:db8::1"]]),
    ),
    ["10.0.0.1", "2001:db8::1", "2001:db8::2"],
  );
});

Deno.test("nodes that are excluded, being deleted, or about to be, leave", () => {
  const stays = node([["InternalIP", "10.0.0.1"]]);
  const leaving: NodeOptions[] = [
    { labels: { [excludeLabel]: "" } },
    { labels: { [excludeLabel]: "false" } },
    { taint: deletionTaint },
    { deleting: true },
  ];
  for (const options of leaving) {
    assert.deepEqual(ips(stays, node([["InternalIP", "10.0.0.2"]], options)), ["10.0.0.1"]);
  }
  assert.deepEqual(ips(stays, node([["InternalIP", "10.0.0.2"]], { taint: "other" })).length, 2);
});

Deno.test("host names count only where they were asked for, after IP addresses", () => {
  const nodes = [
    node([["Hostname", "Node-B.example"]]),
    node([["Hostname", "node-a.example"]]),
    node([["Hostname", "10.0.0.1"]]),
  ];
  const result = nodeAddresses(nodes, "Hostname");
  assert.deepEqual(result, {
    kind: "addresses",
    addresses: [{ ip: "10.0.0.1" }, { hostname: "node-a.example" }, { hostname: "node-b.example" }],
  });
  assert.deepEqual(ips(node([["InternalIP", "oops"], ["InternalIP", "10.0.0.1"]])), ["10.0.0.1"]);
});

Deno.test("one bad moment changes nothing: the hub keeps what it has, and the reason is told", () => {
  const address: [NodeAddress["type"], string][] = [["ExternalIP", "192.0.2.1"]];
  const table: [Node[], string, RegExp][] = [
    [[], "Empty", /there are no nodes/],
    [[node(address, { deleting: true })], "NoNodes", /no node takes part/],
    [[node(address, { ready: "False" }), node(address, { ready: "Unknown" })], "NoNodeReady", /2/],
    [[node(address)], "NoAddressOfType", /InternalIP.*--node-address-type.*ExternalIP/],
    [[node([])], "NoAddressOfType", /they have none/],
  ];
  for (const [nodes, reason, message] of table) {
    const result = nodeAddresses(nodes, "InternalIP");
    assert.ok(result.kind === "keep" && result.reason === reason, JSON.stringify(result));
    assert.match(result.message, message);
  }
});

Deno.test("the order of nodes and repetitions do not matter, and no address is lost", () => {
  const address = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain());
  fc.assert(fc.property(fc.array(address, { minLength: 1 }), (texts) => {
    const nodes = texts.map((text) => node([["Hostname", text]]));
    const result = nodeAddresses(nodes, "Hostname");
    assert.deepEqual(nodeAddresses([...nodes, ...nodes].reverse(), "Hostname"), result);
    assert.ok(result.kind === "addresses" && result.addresses.length <= texts.length);
    assert.equal(
      new Set(result.addresses.map((a) => a.ip ?? a.hostname)).size,
      result.addresses.length,
    );
  }));
});
