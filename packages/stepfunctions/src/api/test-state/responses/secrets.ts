import { fields, list, number, oneOf, text, type Shape } from "../shape.js";

const keyId = text({ min: 1, max: 2048 });
const ciphertext = text({ min: 1, max: 6144 });
const plaintext = text({ min: 1, max: 4096 });
const algorithm = oneOf("SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE");
export const secrets: Record<string, Shape> = {
  "kms:encrypt": fields({ CiphertextBlob: ciphertext, KeyId: keyId, EncryptionAlgorithm: algorithm }),
  "kms:decrypt": fields({
    KeyId: keyId,
    Plaintext: plaintext,
    EncryptionAlgorithm: algorithm,
    CiphertextForRecipient: ciphertext,
    KeyMaterialId: text({ min: 64, max: 64 }),
  }),
  "kms:generateDataKey": fields({
    CiphertextBlob: ciphertext,
    Plaintext: plaintext,
    KeyId: keyId,
    CiphertextForRecipient: ciphertext,
    KeyMaterialId: text({ min: 64, max: 64 }),
  }),
  "secretsmanager:getSecretValue": fields({
    ARN: text({ min: 20, max: 2048 }),
    Name: text({ min: 1, max: 256 }),
    VersionId: text({ min: 32, max: 64 }),
    SecretBinary: text({ min: 1, max: 65_536 }),
    SecretString: text({ min: 1, max: 65_536 }),
    VersionStages: list(text({ min: 1, max: 256 })),
    CreatedDate: text(),
  }),
  "ssm:getParameter": fields({
    Parameter: fields({
      Name: text({ min: 1, max: 2048 }),
      Type: oneOf("String", "StringList", "SecureString"),
      Value: text(),
      Version: number(),
      Selector: text({ max: 128 }),
      SourceResult: text(),
      LastModifiedDate: text(),
      ARN: text(),
      DataType: text({ max: 128 }),
    }),
  }),
};
