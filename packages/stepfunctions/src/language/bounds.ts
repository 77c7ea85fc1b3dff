// Bounds of one JSONata evaluation. AWS publishes none; these leave room for whatever fits into a payload of 256 KiB.

/** Longest computing time of one evaluation, in milliseconds; waiting for others does not count. */
export const MAX_COMPUTING_MS = 2_000;
/** Steps, evaluations of parts, after which the event loop gets its turn: some 5 ms. Counted, so that it is always at the same place. */
export const STEPS_PER_SLICE = 4_096;
/** Memory that takes about as long to fill as one step. */
export const BYTES_PER_STEP = 1_024;
/** Deepest nesting of evaluations; the members of a constructor, evaluated side by side, count as nested. */
export const MAX_NESTING = 4_000;
/** Longest sequence: no payload holds more values. */
export const MAX_SEQUENCE = 262_144;
/** Longest text, in UTF-16 code units. */
export const MAX_TEXT_LENGTH = 2_000_000;
/** Largest value written out as JSON, in characters and some for each part: parts that are shared count each time. */
export const MAX_VALUE_SIZE = 4_000_000;
/** Memory that one evaluation may take in all, in estimated bytes. */
export const MAX_MEMORY = 512 * 1024 * 1024;
/** Share of the heap that must be in use before evaluations that took much of it are ended. */
export const FULL_HEAP = 0.8;
/** Most characters compared by a search for a text in a text, and most copies of one value by a function. */
export const MAX_COMPARISONS = 1_000_000_000;
/** Most members of an array constructor that `jsonata` evaluates: it copies the array for each. */
export const MAX_WRITTEN_ITEMS = 1_000;
/** Most characters of syntax that the parser may copy for one expression. */
export const MAX_SYNTAX_COPIES = 8_000_000;
