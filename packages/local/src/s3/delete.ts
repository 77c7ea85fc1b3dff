import { readText } from "./body.js";
import { AwsError } from "@longhaul/stepfunctions";
import { malformedXml } from "./errors.js";
import { writeCheck } from "./conditions.js";
import { bucketOf, type Exchange, locationOf } from "./exchange.js";
import { checkVersion } from "./read.js";
import { sendEmpty, sendXml } from "./reply.js";
import { noVersions } from "./request.js";
import { childText, type Content, type Element, parseXml } from "./xml.js";

const maxDeletes = 1_000;

/** Deleting what is not there succeeds, as in S3. */
export async function deleteObject(exchange: Exchange): Promise<void> {
  const { bucket, key } = locationOf(exchange);
  checkVersion(exchange.request);
  const conditional = exchange.request.header("if-match") !== undefined;
  await exchange.store.deleteObject(bucket, key, conditional ? writeCheck(exchange.request, key) : undefined);
  sendEmpty(exchange.response, 204);
}

export async function deleteObjects(exchange: Exchange): Promise<void> {
  const { request, response, store } = exchange;
  const bucket = bucketOf(exchange);
  store.index.bucket(bucket);
  const document = parseXml(await readText(request));
  const wanted = document.children.filter(({ name }) => name === "Object");
  if (document.name !== "Delete" || wanted.length === 0 || wanted.length > maxDeletes) throw malformedXml();
  const quiet = childText(document, "Quiet") === "true";
  const outcomes = await Promise.all(wanted.map((object) => deleteOne(exchange, bucket, object)));
  sendXml(
    response,
    "DeleteResult",
    outcomes.filter(([name]) => name === "Error" || !quiet),
  );
}

async function deleteOne(
  { store }: Exchange,
  bucket: string,
  object: Element,
): Promise<readonly [string, Content]> {
  const key = childText(object, "Key");
  if (key === undefined || key === "") throw malformedXml();
  const version = childText(object, "VersionId");
  try {
    if (version !== undefined && version !== "null") throw noVersions(version);
    await store.deleteObject(bucket, key);
    return ["Deleted", [["Key", key]]];
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const { code, message } = error;
    return [
      "Error",
      [
        ["Key", key],
        ["VersionId", version],
        ["Code", code],
        ["Message", message],
      ],
    ];
  }
}
