import { type Role, roleAtLeast } from "@longhaul/kit";
import { type Outputs, type QueryOf, trpc } from "../../lib/trpc.js";

const [soonMs, laterMs] = [5000, 60_000];

/**
 * The signed-in person. Asked again now and then: somebody may have changed what they may do. While `data` is not there it is not
 * known what that is, also where asking has failed, and asked again soon.
 */
export function useMe(): QueryOf<Outputs["me"]["get"]> {
  return trpc.me.get.useQuery(undefined, {
    staleTime: laterMs,
    refetchInterval: ({ state }) => (state.data ? laterMs : soonMs),
  });
}

/** Whether the person may do what `needed` may; false until it is known. */
export function useMay(needed: Role): boolean {
  const { data } = useMe();
  return data?.organisation ? roleAtLeast(data.organisation.role, needed) : false;
}
