/**
 * `authentication.k8s.io/v1`: asking an API server whose token this is.
 *
 * @module
 */

import { type KubeObject, resourceType } from "../meta/v1.ts";

/** Created, never stored: the answer is the status of what comes back. */
export interface TokenReview extends KubeObject {
  spec: {
    token: string;
    /** The token must be meant for one of them. */
    audiences?: readonly string[];
  };
  status?: {
    authenticated?: boolean;
    /** Why not, in the API server's words; not always given. */
    error?: string;
    user?: { username?: string; uid?: string; groups?: string[] };
    /** Those of `spec.audiences` that the token is meant for. */
    audiences?: string[];
  };
}

/** TokenReviews. */
export const tokenReviews = resourceType<TokenReview>(
  "authentication.k8s.io",
  "v1",
  "TokenReview",
  "tokenreviews",
  false,
);
