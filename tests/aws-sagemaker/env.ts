import { z } from "zod";

const environment = z
  .object({
    /** A role that SageMaker may take on, the pushed image of the trainer, and a bucket that both may use. */
    LONGHAUL_CONTRACT_TRAINING_ROLE_ARN: z.string().optional(),
    LONGHAUL_CONTRACT_TRAINING_IMAGE: z.string().optional(),
    LONGHAUL_CONTRACT_TRAINING_BUCKET: z.string().optional(),
    AWS_REGION: z.string().default("us-east-1"),
  })
  .parse(process.env);
const {
  LONGHAUL_CONTRACT_TRAINING_ROLE_ARN: role,
  LONGHAUL_CONTRACT_TRAINING_IMAGE: image,
  LONGHAUL_CONTRACT_TRAINING_BUCKET: bucket,
} = environment;

/** Where the contract runs on AWS: undefined is the usual case, the stand-in. */
export const aws =
  role && image && bucket ? { role, image, bucket, region: environment.AWS_REGION } : undefined;
