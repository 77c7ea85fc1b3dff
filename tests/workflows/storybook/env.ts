/** Has temporary files go into a folder, until the answer is called. */
export function useTemporaryFolder(folder: string): () => void {
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = folder;
  return () => {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  };
}

/** Gives clients of AWS that read the environment a key that opens nothing. */
export function useAwsKeys(): void {
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: "AKIATEST",
    AWS_SECRET_ACCESS_KEY: "shh",
    AWS_REGION: "us-east-1",
  });
}
