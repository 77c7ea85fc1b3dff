import { ConnectionError } from "../errors.js";
import type { ConnectionSettings } from "../settings.js";
import type { AccessTokens } from "../tokens.js";
import type { AmcAccount } from "./ads-api.js";
import { jsonBody } from "./json-body.js";

const requestMs = 20_000;
/** Of one answer: what is longer is no list of instances. */
const mostBytes = 8 * 1024 * 1024;

/**
 * Reads from the advertising API with the headers that AMC wants. A token that is turned away is renewed, once. Gives
 * parsed JSON. @throws ConnectionError
 */
export function adsRequests(
  { adsUrl, clientId }: Pick<ConnectionSettings, "adsUrl" | "clientId">,
  tokens: AccessTokens,
) {
  return async function get(
    connectionId: string,
    path: string,
    account: Pick<AmcAccount, "accountId" | "marketplaceId"> | null,
  ): Promise<unknown> {
    let refused: string | undefined;
    for (;;) {
      const token = await tokens.get(connectionId, { refused });
      const headers = {
        accept: "application/json",
        authorization: `Bearer ${token}`,
        "Amazon-Advertising-API-ClientId": clientId,
        ...(account && {
          "Amazon-Advertising-API-AdvertiserId": account.accountId,
          "Amazon-Advertising-API-MarketplaceId": account.marketplaceId,
        }),
      };
      const response = await fetch(`${adsUrl}${path}`, {
        headers,
        redirect: "error",
        signal: AbortSignal.timeout(requestMs),
      }).catch((cause: unknown) => {
        const sentence = "Amazon's advertising API cannot be reached.";
        throw new ConnectionError("CONNECTION_UNAVAILABLE", sentence, { cause });
      });
      if (response.ok) {
        return jsonBody(response, mostBytes).catch((cause: unknown) => {
          const sentence = "Amazon's advertising API gave half an answer.";
          throw new ConnectionError("CONNECTION_UNAVAILABLE", sentence, { cause });
        });
      }
      await response.body?.cancel();
      if (response.status === 401 && refused === undefined) {
        refused = token;
        continue;
      }
      throw failure(response);
    }
  };
}

function failure({ status, headers }: Response): ConnectionError {
  if (status === 401 || status === 403) {
    const sentence =
      "This consent does not reach Amazon Marketing Cloud: sign in with an account that may use it.";
    return new ConnectionError("CONNECTION_REFUSED", sentence);
  }
  const retryAfterSeconds = Number(headers.get("retry-after")) || undefined;
  const sentence = `Amazon's advertising API is busy (it answered ${status}). Try again in a while.`;
  return new ConnectionError("CONNECTION_UNAVAILABLE", sentence, { retryAfterSeconds });
}
