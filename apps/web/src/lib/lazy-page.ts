import { lazyRouteComponent } from "@tanstack/react-router";

/** The code of a page did not come, since nothing comes. */
export class PageNotFetched extends Error {
  override readonly name = "PageNotFetched";
}

/** Whether the server answers at this moment. */
export async function isServerThere(): Promise<boolean> {
  const answer = await fetch("/config.json", { cache: "no-store" }).catch(() => null);
  return answer?.ok ?? false;
}

/**
 * A page whose code is fetched when it is opened. Code that is no longer there belongs to an earlier build, and the router loads
 * the site anew; without a server that would leave the person with nothing, so that it is an error of the page then.
 */
export const lazyPage: typeof lazyRouteComponent = (importer, name) =>
  lazyRouteComponent(async () => {
    try {
      return await importer();
    } catch (error) {
      if (await isServerThere()) throw error;
      throw new PageNotFetched("The server cannot be reached. Check your connection, then try again.");
    }
  }, name);
