import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { startTestAws, type TestAws } from "../aws/local-aws.js";

export interface TestS3 extends AsyncDisposable {
  local: TestAws;
  s3: S3Client;
  client(more?: S3ClientConfig): S3Client;
}

/** Starts the local AWS, with an unmodified S3 client on it. */
export async function startTestS3(options: { dataDir?: string } = {}): Promise<TestS3> {
  const local = await startTestAws([], options);
  const clients: S3Client[] = [];
  const client = (more: S3ClientConfig = {}) => {
    const made = new S3Client({ ...local.client, ...more });
    clients.push(made);
    return made;
  };
  return {
    local,
    client,
    s3: client(),
    async [Symbol.asyncDispose]() {
      for (const made of clients) made.destroy();
      await local[Symbol.asyncDispose]();
    },
  };
}
