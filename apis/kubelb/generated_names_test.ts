import assert from "node:assert/strict";
import fc from "fast-check";
import { generatedName, routeServiceName } from "./generated_names.ts";

Deno.test("a name shorter than 60 stays as it is", () => {
  assert.equal(generatedName("shop", "web"), "shop-web");
  assert.equal(generatedName("shop", "a".repeat(54)), `shop-${"a".repeat(54)}`);
});

Deno.test("from 60 on, a name is cut and ends with four digits of its hash", () => {
  assert.equal(generatedName("shop", "a".repeat(55)), `shop-${"a".repeat(50)}-6db3`);
});

Deno.test("dashes at the cut are dropped, the hash is of the whole name", () => {
  const name = `${"a".repeat(49)}------tail`;
  assert.equal(generatedName("shop", name), `shop-${"a".repeat(49)}-f6af`);
});

Deno.test("the Service of a route's backend is named by a DNS label", () => {
  const table: [namespace: string, route: string, service: string, expected: string][] = [
    ["default", "web", "backend", "default-web-backend"],
    ["default.", "route.", "web", "default--route--web"],
    ["Shop", "WEB", "Backend", "shop-web-backend"],
    ["shop", "web", "back_end", "shop-web-back-end"],
    ["1st", "web", "backend", "k-1st-web-backend"],
    [".", ".", ".", "k"],
    [
      "shop",
      "www.example.com-checkout-with-a-long-name",
      "backend-service-v2",
      "shop-www-example-com-checkout-with-a-long-name-backend-1b78",
    ],
  ];
  for (const [namespace, route, service, expected] of table) {
    assert.equal(routeServiceName(namespace, route, service), expected);
  }
});

Deno.test("whatever the names, a Service can have the result as its name", () => {
  const name = fc.string({ maxLength: 80 });
  fc.assert(fc.property(name, name, name, (namespace, route, service) => {
    assert.match(routeServiceName(namespace, route, service), /^[a-z]([-a-z0-9]{0,58}[a-z0-9])?$/);
  }));
});
