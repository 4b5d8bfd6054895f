/**
 * A program: an xDS server on the port it prints, whose one resource changes on every turn.
 *
 * Argument: the name of a transport.
 */
import { silentLogger } from "../../base/logger.ts";
import { typeUrls } from "../../envoy/proto/mod.ts";
import { ResourceStores } from "../../envoy/xds/mod.ts";
import { named } from "./resources.ts";
import { transports } from "./transports.ts";

const stores = new ResourceStores();
const store = stores.get("churn");
let revision = 0;
const transport = transports.find(({ name }) => name === Deno.args[0])!;
const server = transport.create({
  stores,
  authorize: () => ({ fleet: "churn" }),
  log: silentLogger,
  // Each acknowledgement causes the next change: the line is never quiet.
  onAcknowledged: () => store.set("web", [named(typeUrls.endpoint, "web", ++revision % 60_000)]),
});
store.set("web", [named(typeUrls.endpoint, "web", 0)]);
stores.markSynced();
const port = await server.listen("127.0.0.1:0");
await Deno.stdout.write(new TextEncoder().encode(`port ${port}\n`));
