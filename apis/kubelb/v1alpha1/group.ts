/** The API group of KubeLB's custom resources and the one version they have. */
export const group = "kubelb.k8c.io";

/** See {@linkcode group}. */
export const version = "v1alpha1";
