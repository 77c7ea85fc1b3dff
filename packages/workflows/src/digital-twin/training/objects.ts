import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { awsTransfers } from "@longhaul/kit/step";
import { bucketEnv } from "./env.js";

/** The training bucket, as steps see it. */
export interface TrainingObjects {
  readonly bucket: string;
  /** Null where there is no such object. */
  get(key: string): Promise<Uint8Array | null>;
  put(key: string, contentType: string, body: Uint8Array | string): Promise<void>;
  /** Deletes all objects under a prefix; says how many there were. */
  removeAll(prefix: string): Promise<number>;
}

let made: TrainingObjects | undefined;

/** The bucket that the environment names, with one client for all steps of a process. */
export function trainingObjects(): TrainingObjects {
  made ??= objectsIn(new S3Client({ requestHandler: awsTransfers }), bucketEnv().TRAINING_BUCKET);
  return made;
}

function objectsIn(s3: S3Client, bucket: string): TrainingObjects {
  const at = { Bucket: bucket };
  return {
    bucket,
    async get(Key) {
      try {
        const { Body } = await s3.send(new GetObjectCommand({ ...at, Key }));
        return (await Body?.transformToByteArray()) ?? new Uint8Array();
      } catch (error) {
        if (error instanceof Error && error.name === "NoSuchKey") return null;
        throw error;
      }
    },
    async put(Key, ContentType, Body) {
      await s3.send(new PutObjectCommand({ ...at, Key, ContentType, Body }));
    },
    async removeAll(Prefix) {
      let count = 0;
      for (;;) {
        const { Contents = [] } = await s3.send(new ListObjectsV2Command({ ...at, Prefix }));
        if (Contents.length === 0) return count;
        const Objects = Contents.map(({ Key }) => ({ Key }));
        const { Errors = [] } = await s3.send(
          new DeleteObjectsCommand({ ...at, Delete: { Objects, Quiet: true } }),
        );
        if (Errors.length > 0)
          throw new Error(`${Errors[0]?.Key} could not be deleted: ${Errors[0]?.Message}`);
        count += Contents.length;
      }
    },
  };
}
