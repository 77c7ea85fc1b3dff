export type { AdsApi, AmcColumn, AmcInstance, AmcTable } from "./amazon/ads-api.js";
export { type LoginWithAmazon, randomText, type Tokens } from "./amazon/login.js";
export { type Connections, createConnections, secretSealing } from "./connections.js";
export { ConnectionError, type ConnectionProblem } from "./errors.js";
export { type KeyRing, type KeyRings, parseKeyRing } from "./sealing/key-ring.js";
export { createSealing, type Sealing } from "./sealing/seal.js";
export { connectionSettings, type ConnectionSettings, connectionVariables } from "./settings.js";
export type { ConnectionStore, TokenAnswer } from "./store.js";
export { type AccessTokens, createAccessTokens, purposeOf } from "./tokens.js";
