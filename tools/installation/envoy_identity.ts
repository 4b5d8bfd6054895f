/**
 * Plays an Envoy of a fleet towards a running manager, with the authority that its hub keeps.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { ChannelCredentials } from "@grpc/grpc-js";
import type { Secret } from "../../apis/core/v1.ts";
import type { KeyPair } from "../../base/certificates.ts";
import { systemClock } from "../../base/clock.ts";
import { readAuthorities } from "../../controllers/manager/identity/authority_secret.ts";
import { XdsIdentity } from "../../fleet/identity/xds_identity.ts";
import type { AdminClient } from "../cluster/admin_client.ts";
import { eventually } from "../process/eventually.ts";

const path = "/api/v1/namespaces/kubelb/secrets/kubelb-xds-ca";

/** An issuer of certificates that the hub's manager accepts; waits until it has an authority. */
export async function xdsIdentityOf(admin: AdminClient): Promise<XdsIdentity> {
  const secret = await eventually(() => admin.request<Secret>("GET", path), {
    describe: "the authority of xDS connections",
  });
  const identity = new XdsIdentity(systemClock);
  identity.use(await readAuthorities(secret));
  return identity;
}

/** Credentials of a gRPC client that shows `pair`. Its channel needs a target name override. */
export function clientCredentials(trust: string, pair?: KeyPair): ChannelCredentials {
  return ChannelCredentials.createSsl(
    Buffer.from(trust),
    pair ? Buffer.from(pair.privateKey) : null,
    pair ? Buffer.from(pair.certificate) : null,
    // The server is known by its id, not by a host name.
    { checkServerIdentity: () => undefined },
  );
}

/** The credentials of an Envoy of `fleet`. */
export async function envoyCredentials(
  admin: AdminClient,
  fleet: string,
): Promise<ChannelCredentials> {
  const identity = await xdsIdentityOf(admin);
  return clientCredentials(identity.trust(), await identity.issueFleet(fleet));
}
