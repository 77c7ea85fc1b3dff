import { createHash } from "node:crypto";
import { AwsError, type ObjectStore } from "@longhaul/stepfunctions";

/** S3 in memory. @param s3 text of each object, by bucket and key */
export function objectsOf(s3: Record<string, Record<string, string>>): ObjectStore {
  const buckets = new Map(
    Object.entries(s3).map(([bucket, objects]) => [
      bucket,
      new Map(Object.entries(objects).map(([key, body]) => [key, Buffer.from(body)])),
    ]),
  );
  const find = (name: string): Map<string, Buffer> => {
    const bucket = buckets.get(name);
    if (bucket === undefined) throw new AwsError("NoSuchBucket", "The specified bucket does not exist", 404);
    return bucket;
  };
  return {
    async get({ bucket, key }) {
      const body = find(bucket).get(key);
      if (body === undefined) throw new AwsError("NoSuchKey", "The specified key does not exist.", 404);
      return (async function* () {
        yield body;
      })();
    },
    async *list({ bucket, prefix }) {
      for (const [key, body] of [...find(bucket)].sort(([left], [right]) => (left < right ? -1 : 1)))
        if (key.startsWith(prefix))
          yield {
            key,
            size: body.length,
            etag: createHash("md5").update(body).digest("hex"),
            lastModified: 0,
            storageClass: "STANDARD",
          };
    },
    async put({ bucket, key }, body) {
      find(bucket).set(key, Buffer.from(body));
    },
  };
}
