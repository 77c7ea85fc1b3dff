/** Sends what goes by AWS's clients to a server of the test. */
export function useAws(url: string): void {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    EMAIL_FROM: "campaigns@example.com",
  });
}

/** Lets the steps that ask a model ask a server of the test. */
export function useModel(provider: "amazon-bedrock" | "openai-compatible", url: string): void {
  Object.assign(process.env, {
    AI_PROVIDER: provider,
    AI_BASE_URL: provider === "amazon-bedrock" ? url : `${url}/v1`,
    AI_TEXT_MODEL: "writer-1",
    AI_API_KEY: "secret-key",
    AI_TIMEOUT_SECONDS: "1",
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "AKIATEST",
    AWS_SECRET_ACCESS_KEY: "shh",
  });
}

/** Lets the steps that train find SageMaker and their bucket at a server of the test. */
export function useTraining(url: string): void {
  useAws(url);
  Object.assign(process.env, {
    TRAINING_BUCKET: "training",
    TRAINING_ROLE_ARN: "arn:aws:iam::000000000000:role/longhaul-training",
    TRAINING_IMAGE: "000000000000.dkr.ecr.us-east-1.amazonaws.com/longhaul-twin-trainer:latest",
  });
}
