import { startAws } from "@longhaul/local";

const logger = { info() {}, warn() {}, error: (...about) => process.stderr.write(`${String(about)}\n`) };
const aws = await startAws({
  dataDir: process.argv[2],
  port: 0,
  host: "127.0.0.1",
  region: "us-east-1",
  accountId: "000000000000",
  functions: [],
  rules: [],
  environment: () => ({}),
  logger,
});
process.send(aws.url);
