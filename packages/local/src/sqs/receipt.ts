import { createHmac, timingSafeEqual } from "node:crypto";
import { AwsError } from "@longhaul/stepfunctions";

/** What a receipt handle says: which receive of which message. */
export interface Receipt {
  readonly queueId: string;
  readonly seq: number;
  readonly receipt: string;
}

const macLength = 43;

/** A receipt handle, signed so that none can be made up. */
export function receiptHandle({ queueId, seq, receipt }: Receipt, secret: Buffer): string {
  const text = `${queueId}:${seq}:${receipt}`;
  return Buffer.from(`${text}:${mac(text, secret)}`).toString("base64");
}

/** @throws AwsError ReceiptHandleIsInvalid for a handle that was not given out for this queue */
export function readReceipt(handle: string, queueId: string, secret: Buffer): Receipt {
  const text = Buffer.from(handle.slice(0, 1_024), "base64").toString("utf8");
  const [id = "", seq = "", receipt = "", signature = ""] = text.split(":");
  const expected = mac(`${id}:${seq}:${receipt}`, secret);
  const genuine =
    signature.length === macLength &&
    Buffer.byteLength(signature) === macLength &&
    timingSafeEqual(Buffer.from(signature), Buffer.from(expected));
  if (genuine && id === queueId) return { queueId, seq: Number(seq), receipt };
  const shown = JSON.stringify(handle.slice(0, 100));
  throw new AwsError(
    "ReceiptHandleIsInvalid",
    `The input receipt handle ${shown} is not valid for this queue.`,
  );
}

function mac(text: string, secret: Buffer): string {
  return createHmac("sha256", secret).update(text).digest("base64url");
}
