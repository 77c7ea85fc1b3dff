import { fields, flag, list, mapOf, number, text, type Shape } from "../shape.js";

const sent = {
  MD5OfMessageBody: text(),
  MD5OfMessageAttributes: text(),
  MD5OfMessageSystemAttributes: text(),
  MessageId: text(),
  SequenceNumber: text(),
};
export const messages: Record<string, Shape> = {
  "sqs:sendMessage": fields(sent),
  "sqs:sendMessageBatch": fields(
    {
      Successful: list(fields({ Id: text(), ...sent }, ["Id", "MessageId", "MD5OfMessageBody"])),
      Failed: list(
        fields({ Id: text(), SenderFault: flag, Code: text(), Message: text() }, [
          "Id",
          "SenderFault",
          "Code",
        ]),
      ),
    },
    ["Successful", "Failed"],
  ),
  "sqs:receiveMessage": fields({
    Messages: list(
      fields({
        MessageId: text(),
        ReceiptHandle: text(),
        MD5OfBody: text(),
        Body: text(),
        Attributes: mapOf(text()),
        MD5OfMessageAttributes: text(),
      }),
    ),
  }),
  "sns:publish": fields({ MessageId: text(), SequenceNumber: text() }),
  "events:putEvents": fields({
    FailedEntryCount: number(),
    Entries: list(fields({ EventId: text({ max: 64 }), ErrorCode: text(), ErrorMessage: text() })),
  }),
};
