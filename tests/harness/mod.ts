/**
 * What integration tests are made of: real control planes, our own programs, backends. No root, no
 * container; everything on loopback; nothing stays behind even when a test is killed.
 *
 * ```ts ignore
 * const hub = sharedControlPlane({ name: "hub", controllerManager: true }); // one a file
 *
 * Deno.test("a Service of type LoadBalancer gets an address", async () => {
 *   await installCrds(hub());                               // manifests/crds
 *   await hub().admin.apply(path, object);                  // fetch as system:masters
 *   const path = await hub().kubeconfig({ user: "alice", groups: ["developers"] });
 *   await using manager = await startProgram({
 *     name: "manager",
 *     mode: "manager",
 *     args: (folder) => [`--kubeconfig=${hub().adminKubeconfig}`, `--state-dir=${folder}/state`],
 *   });
 *   await manager.waitReady();                              // /readyz
 *   await using blue = new TcpBackend({ address: "127.0.1.1", identity: "blue" });
 *   await using bind = await UdpBackend.start({ identity: "dns" });
 *   await eventually(async () => await askTcp(address, 80) === "blue", { describe: "blue" });
 *   await manager.kill("SIGKILL");                          // its Envoys go on
 *   await manager.start();
 *   await hub().kill("etcd");
 *   await hub().restart("etcd");
 *   await using proxy = await FaultProxy.start(hub());      // in front of the API server
 *   using client = await clientOf(await proxy.kubeconfig());
 *   proxy.inject(watches("services"), { kind: "status", status: 410 }); // the next one
 *   await proxy.strike(watches("services"), { kind: "half-open" });     // those under way
 * });
 * ```
 *
 * `startControlPlane` is the same for a plane of a test's own (`await using`); ready in about 3 s.
 * A test that kills or restarts a *shared* plane's component needs `{ sanitizeOps: false,
 * sanitizeResources: false }` (its child processes change hands); one with its own plane does not.
 * Environment: `KUBELB_KEEP=1` keeps the temporary folders (logs, kubeconfigs); binaries come from
 * `tools/binaries` (`deno task binaries` says from where).
 *
 * @module
 */
export * from "../../tools/backends/http_backend.ts";
export * from "../../tools/backends/tcp_backend.ts";
export * from "../../tools/backends/udp_backend.ts";
export * from "../../tools/binaries/find.ts";
export * from "../../tools/cluster/admin_client.ts";
export * from "../../tools/cluster/certificate_authority.ts";
export * from "../../tools/cluster/control_plane.ts";
export * from "../../tools/cluster/custom_resources.ts";
export * from "../../tools/cluster/fault_proxy.ts";
export * from "../../tools/process/eventually.ts";
export * from "../../tools/process/free_port.ts";
export * from "../../tools/process/managed_process.ts";
export * from "../../tools/process/program.ts";
export * from "../../tools/process/sandbox.ts";
export * from "./dns_server.ts";
export * from "./fault_table.ts";
export * from "./forged_certificate.ts";
export * from "./shared_control_plane.ts";
