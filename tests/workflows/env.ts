/** Sends what goes by AWS's clients to a server of the test. */
export function useAws(url: string): void {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    EMAIL_FROM: "campaigns@example.com",
  });
}
