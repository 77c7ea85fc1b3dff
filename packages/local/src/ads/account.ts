/** The client that is registered with the stand-in of Login with Amazon; it is public, and proves itself by PKCE. */
export const localClientId = "amzn1.application-oa2-client.longhaul-local";

/** Whose account one signs in to. */
export const localAccount = {
  name: "Local advertiser",
  accountId: "ENTITY1LONGHAUL0001",
  accountName: "Local advertiser",
  marketplaceId: "ATVPDKIKX0DER",
} as const;

export const localInstances = [
  {
    instanceId: "amclocal01",
    instanceName: "local-us",
    instanceType: "STANDARD",
    customerCanonicalName: "Local advertiser",
  },
  {
    instanceId: "amclocal02",
    instanceName: "local-sandbox",
    instanceType: "SANDBOX",
    customerCanonicalName: "Local advertiser sandbox",
  },
] as const;
