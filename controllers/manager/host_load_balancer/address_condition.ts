/** The condition on a hub Service by which the host runtime says whether it has an address. */
export const addressConditionType = "kubelb.k8c.io/AddressAssigned";
