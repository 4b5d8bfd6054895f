/** Something in the Config that cannot be used; the rest of it is in force. */
export interface ConfigProblem {
  /** The path of the field, as `spec.endpointPolicy.deniedCIDRs[1]`. */
  readonly field: string;
  readonly message: string;
}
