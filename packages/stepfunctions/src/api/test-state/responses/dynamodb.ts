import { fields, flag, list, mapOf, number, text, type Shape } from "../shape.js";

const attributeFields: Record<string, Shape> = {
  S: text(),
  N: text(),
  B: text(),
  SS: list(text()),
  NS: list(text()),
  BS: list(text()),
  NULL: flag,
  BOOL: flag,
};
const attribute = fields(attributeFields);
attributeFields.M = mapOf(attribute);
attributeFields.L = list(attribute);
const item = mapOf(attribute);
const capacity = { CapacityUnits: number(), ReadCapacityUnits: number(), WriteCapacityUnits: number() };
const consumedCapacity = fields({
  TableName: text({ min: 1, max: 1024 }),
  ...capacity,
  Table: fields(capacity),
  LocalSecondaryIndexes: mapOf(fields(capacity)),
  GlobalSecondaryIndexes: mapOf(fields(capacity)),
});
const written = fields({
  Attributes: item,
  ConsumedCapacity: consumedCapacity,
  ItemCollectionMetrics: fields({ ItemCollectionKey: item, SizeEstimateRangeGB: list(number()) }),
});
const found = fields({
  Items: list(item),
  Count: number(),
  ScannedCount: number(),
  LastEvaluatedKey: item,
  ConsumedCapacity: consumedCapacity,
});

export const dynamodb: Record<string, Shape> = {
  "dynamodb:getItem": fields({ Item: item, ConsumedCapacity: consumedCapacity }),
  "dynamodb:putItem": written,
  "dynamodb:updateItem": written,
  "dynamodb:deleteItem": written,
  "dynamodb:query": found,
  "dynamodb:scan": found,
};
