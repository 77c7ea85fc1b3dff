import { AwsError } from "../aws-error.js";

type Reason =
  | "API_DOES_NOT_SUPPORT_LABELED_ARNS"
  | "MISSING_REQUIRED_PARAMETER"
  | "CANNOT_UPDATE_COMPLETED_MAP_RUN"
  | "INVALID_ROUTING_CONFIGURATION";

export function invalid(message: string, reason?: Reason): AwsError {
  return new AwsError("ValidationException", message, 400, reason === undefined ? {} : { reason });
}

/** @param resourceName its ARN */
export function resourceNotFound(resourceName: string): AwsError {
  return new AwsError("ResourceNotFound", `Resource not found: '${resourceName}'`, 400, { resourceName });
}

export function conflict(message: string): AwsError {
  return new AwsError("ConflictException", message, 409);
}

export function quotaExceeded(message: string): AwsError {
  return new AwsError("ServiceQuotaExceededException", message, 402);
}

export function typeNotSupported(): AwsError {
  return new AwsError(
    "StateMachineTypeNotSupported",
    "This operation is not supported by this type of state machine",
  );
}
