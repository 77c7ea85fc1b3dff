import { AwsError } from "@longhaul/stepfunctions";

// Codes and sentences as Secrets Manager has them, so that what reads them works the same here.

export const notFound = () =>
  new AwsError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");

export const noValue = (what: string) =>
  new AwsError(
    "ResourceNotFoundException",
    `Secrets Manager can't find the specified secret value for ${what}`,
  );

export const markedForDeletion = () =>
  invalidRequest("You can't perform this operation on the secret because it was marked for deletion.");

export const invalidRequest = (sentence: string) => new AwsError("InvalidRequestException", sentence);
export const invalidParameter = (sentence: string) => new AwsError("InvalidParameterException", sentence);
export const alreadyThere = (sentence: string) => new AwsError("ResourceExistsException", sentence);
export const wrongInput = (sentence: string) => new AwsError("ValidationException", sentence);
