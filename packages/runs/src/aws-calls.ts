/**
 * How long clients of AWS wait, as their `requestHandler`: a service that takes a call and does not answer has failed it, where
 * the SDK by itself waits for ever. Two tries fit into the time of the shortest function, and into a person's patience.
 */
export const awsCalls = {
  connectionTimeout: 2_000,
  requestTimeout: 5_000,
  throwOnRequestTimeout: true,
} as const;
