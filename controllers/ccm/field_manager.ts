/**
 * Who writes, in `metadata.managedFields` of both clusters.
 *
 * @module
 */

/** The CCM's field manager for server-side apply. */
export const fieldManager = "kubelb-ccm";
