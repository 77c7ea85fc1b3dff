import { AwsError } from "@longhaul/stepfunctions";

/** An error of S3. `details` are further elements of its XML, such as Key and BucketName. */
export class S3Error extends AwsError {
  constructor(
    code: string,
    message: string,
    statusCode: number,
    readonly details: Readonly<Record<string, string>> = {},
  ) {
    super(code, message, statusCode);
    this.name = "S3Error";
  }
}

export function noSuchBucket(bucket: string): S3Error {
  return new S3Error("NoSuchBucket", "The specified bucket does not exist", 404, { BucketName: bucket });
}

export function noSuchKey(key: string): S3Error {
  return new S3Error("NoSuchKey", "The specified key does not exist.", 404, { Key: key });
}

export function noSuchUpload(id: string): S3Error {
  const message =
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.";
  return new S3Error("NoSuchUpload", message, 404, { UploadId: id });
}

export function invalidArgument(name: string, value: string, message: string): S3Error {
  return new S3Error("InvalidArgument", message, 400, { ArgumentName: name, ArgumentValue: value });
}

export function invalidRequest(message: string): S3Error {
  return new S3Error("InvalidRequest", message, 400);
}

export function malformedXml(): S3Error {
  const message = "The XML you provided was not well-formed or did not validate against our published schema";
  return new S3Error("MalformedXML", message, 400);
}

export function entityTooLarge(limit: number): S3Error {
  return new S3Error("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", 400, {
    MaxSizeAllowed: String(limit),
  });
}

export function preconditionFailed(condition: string): S3Error {
  const message = "At least one of the pre-conditions you specified did not hold";
  return new S3Error("PreconditionFailed", message, 412, { Condition: condition });
}

export function badDigest(what: string): S3Error {
  return new S3Error("BadDigest", `The ${what} you specified did not match the calculated checksum.`, 400);
}

export function incompleteBody(): S3Error {
  const message = "You did not provide the number of bytes specified by the Content-Length HTTP header";
  return new S3Error("IncompleteBody", message, 400);
}

/** The answer for what the local cloud does not have of S3. */
export function notImplemented(what: string): S3Error {
  return new S3Error("NotImplemented", `The local cloud does not have S3 ${what}.`, 501);
}
