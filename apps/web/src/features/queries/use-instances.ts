import { type Outputs, trpc } from "../../lib/trpc.js";

export type Instance = Outputs["sqlWorkflows"]["instances"][number];

const none: never[] = [];

/** The instances that can be asked. */
export function useInstances(): readonly Instance[] {
  const { data } = trpc.sqlWorkflows.instances.useQuery(undefined, { staleTime: 60_000 });
  return data?.filter(({ available }) => available) ?? none;
}
