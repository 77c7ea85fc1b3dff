/**
 * How long clients of AWS wait, as their `requestHandler`: a service that takes a call and does not answer, or stops in the
 * middle of its answer, has failed it, where the SDK by itself waits for ever. Two tries fit into the time of the shortest
 * function, and into a person's patience.
 */
export const awsCalls = {
  connectionTimeout: 2_000,
  requestTimeout: 5_000,
  socketTimeout: 5_000,
  throwOnRequestTimeout: true,
} as const;

/** The same for calls that carry files: they may take their time, as long as bytes come or go. */
export const awsTransfers = { connectionTimeout: 2_000, socketTimeout: 10_000 } as const;

/**
 * The same for calls that hand a message over: whoever did not answer may have heard it, so that another try is not made
 * lightly and this one gets longer.
 */
export const awsMessages = { ...awsCalls, requestTimeout: 10_000, socketTimeout: 10_000 } as const;
