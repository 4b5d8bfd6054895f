import { type Infer, object, optional, string } from "../../schema/mod.ts";

/** `status.version` of Config and TenantState; upstream's command line reads the edition. */
export const versionInfoSchema = object("The manager that serves this object.", {
  gitVersion: optional(string("Version.")),
  gitCommit: optional(string("Commit.")),
  buildDate: optional(string("When it was built.")),
  edition: optional(string("CE: the community edition.")),
});

/** See {@linkcode versionInfoSchema}. */
export interface VersionInfo extends Infer<typeof versionInfoSchema> {}
