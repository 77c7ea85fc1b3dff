import { type Outputs, trpc } from "../../lib/trpc.js";
import { useMay } from "../settings/use-me.js";
import type { SqlTable } from "./editor/sql-setup.js";

export type Instance = Outputs["connections"]["instances"][number];

const none: never[] = [];

/** The instances that can be asked. */
export function useInstances(): readonly Instance[] {
  const { data } = trpc.connections.instances.useQuery({}, { staleTime: 60_000 });
  return data?.filter(({ available }) => available) ?? none;
}

/** The tables of an instance; none for who may not ask for them, and while they are not known. */
export function useTables(instanceId: string | null): readonly SqlTable[] {
  const mayAsk = useMay("operator");
  const { data } = trpc.connections.tables.useQuery(
    { instanceId: instanceId ?? "" },
    { enabled: instanceId !== null && mayAsk, staleTime: 600_000, retry: false },
  );
  return data ?? none;
}
