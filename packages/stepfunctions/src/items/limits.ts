// Quotas of ItemReader (https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html) and bounds of
// our own where AWS gives none.

/** Most items that a Map reads from an object, and what no MaxItems means. */
export const MAX_ITEMS = 100_000_000;
/** Longest item that is read, in characters; AWS says 8 MB. */
export const MAX_ITEM_LENGTH = 8 * 1024 * 1024;
/** Largest header of a CSV file, in bytes of UTF-8. */
export const MAX_HEADER_BYTES = 10 * 1024;
/** Largest JSON document that is read whole, in characters: an inventory's manifest, or one searched by ItemsPointer. */
export const MAX_DOCUMENT_LENGTH = 256 * 1024 * 1024;
/** Size at which a file of results is closed and the next one begun, in bytes. AWS does so at 5 GB. */
export const RESULT_FILE_BYTES = 128 * 1024 * 1024;
