// Quotas of AWS Step Functions (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html) and
// bounds of our own where AWS gives none.

/** Largest input, output or variable of a state, in bytes of UTF-8. */
export const MAX_PAYLOAD_BYTES = 262_144;
/** Longest cause of a failure, in characters (ExecutionFailedEventDetails and the like in the API reference). */
export const MAX_CAUSE_LENGTH = 32_768;
/** Most events in the history of one execution; the last one is its failure. */
export const MAX_HISTORY_EVENTS = 25_000;
/** Largest state machine definition, in bytes of UTF-8. */
export const MAX_DEFINITION_BYTES = 1_048_576;
/** Longest wait or timeout, in seconds. */
export const MAX_SECONDS = 99_999_999;
/** Longest execution of an EXPRESS machine or of an EXPRESS item of a Map, in seconds. */
export const MAX_EXPRESS_SECONDS = 300;
/** A closed execution keeps its name for this long. */
export const NAME_RETENTION_MS = 90 * 24 * 60 * 60 * 1000;
/** StartSyncExecution at a time: each holds a caller and an execution in memory. */
export const MAX_SYNC_EXECUTIONS = 10_000;
/** Deepest nesting of arrays and objects that is read. */
export const MAX_JSON_DEPTH = 500;
/** Longest array that States.ArrayRange builds. */
export const MAX_RANGE_LENGTH = 1_000;
/** Transitions that one turn of the core makes before it lets others go on. */
export const TRANSITIONS_PER_TURN = 50;
/** Most steps of one regular expression's search: instructions of its program times characters of the text. */
export const MAX_MATCH_STEPS = 20_000_000;
