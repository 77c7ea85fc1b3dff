export type { Claims } from "./claims.js";
export {
  createVerifier,
  TokenError,
  type TokenErrorCode,
  type Verifier,
  type VerifierOptions,
} from "./verifier.js";
