import { type Role, roleAtLeast } from "@longhaul/kit";
import { type Outputs, type QueryOf, trpc } from "../../lib/trpc.js";

/** The signed-in person. Asked again now and then: somebody may have changed what they may do. */
export function useMe(): QueryOf<Outputs["me"]["get"]> {
  return trpc.me.get.useQuery(undefined, { staleTime: 60_000, refetchInterval: 60_000 });
}

/** Whether the person may do what `needed` may; false until it is known. */
export function useMay(needed: Role): boolean {
  const { data } = useMe();
  return data?.organisation ? roleAtLeast(data.organisation.role, needed) : false;
}
