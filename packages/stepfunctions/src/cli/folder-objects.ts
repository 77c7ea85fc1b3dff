import { createHash, randomUUID } from "node:crypto";
import { mkdir, open, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { constants, createReadStream } from "node:fs";
import { dirname, join, relative } from "node:path";
import { AwsError } from "../aws-error.js";
import type { ObjectStore } from "../ports.js";

/** Without waiting: somebody's pipe would otherwise be waited for, and with it everything else that reads files. */
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** S3 over a folder: the object `key` of `bucket` is the file folder/bucket/key. */
export function folderObjects(folder: string): ObjectStore {
  const bucketFolder = async (bucket: string): Promise<string> => {
    assertBucket(bucket);
    const path = join(folder, bucket);
    if ((await stat(path).catch(() => null))?.isDirectory() === true) return path;
    throw new AwsError("NoSuchBucket", "The specified bucket does not exist", 404);
  };
  return {
    async get({ bucket, key, versionId }) {
      if (versionId !== undefined && versionId !== "null")
        throw new AwsError("InvalidArgument", "Invalid version id specified", 400);
      const path = fileOf(await bucketFolder(bucket), key);
      const file = path === null ? null : await open(path, READ).catch(unlessMissing);
      if (file === null) throw new AwsError("NoSuchKey", "The specified key does not exist.", 404);
      if ((await file.stat()).isFile()) return file.createReadStream();
      await file.close();
      throw new AwsError("NoSuchKey", "The specified key does not exist.", 404);
    },
    async *list({ bucket, prefix }) {
      const path = await bucketFolder(bucket);
      for (const key of await keysOf(path, prefix)) {
        const { size, mtimeMs } = await stat(join(path, key));
        const lastModified = Math.floor(mtimeMs / 1000) * 1000;
        yield { key, size, etag: `"${await md5(join(path, key))}"`, lastModified, storageClass: "STANDARD" };
      }
    },
    async put({ bucket, key }, body) {
      assertBucket(bucket);
      const path = fileOf(join(folder, bucket), key);
      if (path === null)
        throw new AwsError("InvalidArgument", `The key ${JSON.stringify(key)} cannot be a file's name`, 400);
      await mkdir(dirname(path), { recursive: true });
      // Whoever reads meanwhile sees the old object or the new one, never half of it.
      const draft = `${path}.${randomUUID()}.stepfunctions-part`;
      try {
        await writeFile(draft, body);
        await rename(draft, path);
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
    },
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
function assertBucket(bucket: string): void {
  if (BUCKET.test(bucket)) return;
  const why = "3 to 63 lower-case letters, digits, dots and hyphens";
  throw new AwsError("InvalidBucketName", `The specified bucket is not valid: a name has ${why}.`, 400);
}

/** The file of a key; null for a key that no file inside the folder can have. */
function fileOf(folder: string, key: string): string | null {
  const parts = key.split("/");
  const strange = parts.some(
    (part) => part === "" || part === "." || part === ".." || /[\\\u0000]/.test(part),
  );
  return strange ? null : join(folder, ...parts);
}

function unlessMissing(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT" || error.code === "ENOTDIR" || error.code === "EISDIR") return null;
  throw new AwsError("AccessDenied", "Access Denied", 403);
}

/** Keys that begin with a prefix, in the order in which S3 lists them. */
async function keysOf(folder: string, prefix: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const keys = entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".stepfunctions-part"))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/"));
  return keys
    .filter((key) => key.startsWith(prefix))
    .sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
}

async function md5(file: string): Promise<string> {
  const hash = createHash("md5");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}
