export { type AdsOptions, type LocalAds, startAds } from "./ads/start.js";
export { type AwsOptions, type LocalAws, startAws } from "./aws/start.js";
export { deployQueues } from "./cloud/deploy-queues.js";
export { type Cloud, type CloudOptions, startCloud } from "./cloud/start.js";
