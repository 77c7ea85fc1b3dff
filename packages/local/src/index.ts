export { type AwsOptions, type LocalAws, startAws } from "./aws/start.js";
