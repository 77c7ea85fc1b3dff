import { readText } from "./body.js";
import { bucketOf, type Exchange } from "./exchange.js";
import { sendEmpty, sendXml } from "./reply.js";
import { childText, parseXml } from "./xml.js";

const owner = { id: "0".repeat(64), name: "local" };

export const ownerElements = [
  ["ID", owner.id],
  ["DisplayName", owner.name],
] as const;

export async function listBuckets({ request, response, store, region }: Exchange): Promise<void> {
  const prefix = request.query.get("prefix") ?? "";
  const buckets = store.index.buckets().filter(({ name }) => name.startsWith(prefix));
  sendXml(response, "ListAllMyBucketsResult", [
    [
      "Buckets",
      buckets.map(
        ({ name, created }) =>
          [
            "Bucket",
            [
              ["Name", name],
              ["CreationDate", new Date(created).toISOString()],
              ["BucketRegion", region],
            ],
          ] as const,
      ),
    ],
    ["Owner", ownerElements],
  ]);
}

/** A LocationConstraint may be anything: the local cloud has one region. */
export async function createBucket(exchange: Exchange): Promise<void> {
  const bucket = bucketOf(exchange);
  const text = await readText(exchange.request);
  if (text.trim() !== "") childText(parseXml(text), "LocationConstraint");
  await exchange.store.index.createBucket(bucket);
  sendEmpty(exchange.response, 200, { location: `/${bucket}`, "content-length": "0" });
}

export async function headBucket(exchange: Exchange): Promise<void> {
  exchange.store.index.bucket(bucketOf(exchange));
  sendEmpty(exchange.response, 200, { "x-amz-bucket-region": exchange.region });
}

export async function deleteBucket(exchange: Exchange): Promise<void> {
  await exchange.store.deleteBucket(bucketOf(exchange));
  sendEmpty(exchange.response, 204);
}

/** S3 writes nothing for us-east-1. */
export async function getBucketLocation(exchange: Exchange): Promise<void> {
  exchange.store.index.bucket(bucketOf(exchange));
  sendXml(exchange.response, "LocationConstraint", exchange.region === "us-east-1" ? "" : exchange.region);
}
