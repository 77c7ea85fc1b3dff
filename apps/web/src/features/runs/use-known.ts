import { trpc } from "../../lib/trpc.js";

const recent = 100;

/** The people and tags of the latest runs: what the filters offer. */
export function useKnown(): { people: readonly { id: string; name: string }[]; tags: readonly string[] } {
  const { data } = trpc.runs.list.useQuery({ limit: recent }, { staleTime: 60_000 });
  const runs = data?.runs ?? [];
  const people = new Map(
    runs.flatMap(({ createdBy }) => (createdBy ? [[createdBy.id, createdBy] as const] : [])),
  );
  return { people: [...people.values()], tags: [...new Set(runs.flatMap(({ tags }) => tags))].sort() };
}
