import { AwsError } from "@longhaul/stepfunctions";

/** What SageMaker answers where a request is not as it has to be. */
export function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

/** SageMaker says so of a job that it does not know, though its model has an error ResourceNotFound. */
export const unknownJob = (): AwsError => invalid("Requested resource not found.");

export function nameTaken(arn: string): AwsError {
  return new AwsError(
    "ResourceInUse",
    `Training job names must be unique within an AWS account and region, and a training job with this name already exists (${arn})`,
  );
}
