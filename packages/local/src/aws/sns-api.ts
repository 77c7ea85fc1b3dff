import { parseForm } from "../sns/parameters.js";
import type { Sns } from "../sns/service.js";
import { toJson, toXml } from "../sns/wire.js";
import { missing } from "./missing.js";
import { json, queryResult, type Reply } from "./reply.js";
import type { Route } from "./route.js";

const namespace = "http://sns.amazonaws.com/doc/2010-03-31/";
/** Operations whose answer has no result. */
const silent = new Set(["DeleteTopic", "SetTopicAttributes", "SetSubscriptionAttributes", "Unsubscribe"]);

/** SNS in the Query protocol that clients speak, or in JSON: the same operations. */
export async function handleSns(
  wanted: Route,
  body: Buffer,
  jsonBody: (body: Buffer) => object,
  sns: Sns,
): Promise<Reply> {
  if (wanted.protocol === "json") {
    const operation = wanted.operation ?? "";
    const answer = sns.run(operation, jsonBody(body));
    if (answer === undefined) throw missing(wanted, operation);
    return json(toJson(await answer));
  }
  const {
    Action: action,
    Version: _version,
    ...input
  } = parseForm(new URLSearchParams(body.toString("utf8")));
  const operation = typeof action === "string" ? action : "";
  const answer = sns.run(operation, input);
  if (answer === undefined) throw missing(wanted, operation);
  const result = toXml(await answer);
  return queryResult(operation, namespace, silent.has(operation) ? null : result);
}
