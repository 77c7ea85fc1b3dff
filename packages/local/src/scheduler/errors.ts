import { AwsError } from "@longhaul/stepfunctions";

export function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

export function conflict(what: string, name: string): AwsError {
  return new AwsError("ConflictException", `${what} ${name} already exists.`, 409);
}

export function notFound(what: string, name: string): AwsError {
  return new AwsError("ResourceNotFoundException", `${what} ${name} does not exist.`, 404);
}
