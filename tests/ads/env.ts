/** Lets the steps of the query manager find the stand-in. */
export function useAds(environment: Readonly<Record<string, string>>): void {
  Object.assign(process.env, environment);
}
