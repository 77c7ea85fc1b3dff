import { useRef, useState } from "react";
import { type Problem, toProblem } from "../../lib/errors.js";
import { type Outputs, type QueryOf, trpc } from "../../lib/trpc.js";

export type Company = Outputs["company"]["get"];
type Fields = Partial<Pick<Company, "company" | "industry" | "audience" | "sources" | "step">> & {
  tone?: "friendly" | "formal" | "playful" | "plain";
  dismissed?: true;
};

interface Editing {
  readonly query: QueryOf<Company>;
  /** Resolves to whether it was kept. */
  readonly save: (fields: Fields) => Promise<boolean>;
  readonly saving: boolean;
  readonly problem: Problem | null;
}

/**
 * What the organisation says of itself, and a way to change it that shows at once. Changes are sent one after the other;
 * one that is refused takes all back to what the server has.
 */
export function useCompany(onRefused: () => void = () => {}): Editing {
  const utils = trpc.useUtils();
  const query = trpc.company.get.useQuery();
  const [saving, setSaving] = useState(0);
  const [problem, setProblem] = useState<Problem | null>(null);
  const last = useRef<Promise<boolean>>(Promise.resolve(true));

  function save(fields: Fields): Promise<boolean> {
    const { dismissed, ...shown } = fields;
    const now = dismissed ? { dismissedAt: new Date().toISOString() } : {};
    utils.company.get.setData(undefined, (before) => before && { ...before, ...shown, ...now });
    setSaving((count) => count + 1);
    setProblem(null);
    last.current = last.current.then(() => send(fields));
    return last.current;
  }

  async function send(fields: Fields): Promise<boolean> {
    try {
      await utils.company.get.cancel();
      const before = utils.company.get.getData();
      const { sources } = fields;
      const files = sources?.files.map((file) => ({ ...file }));
      const changed = { ...fields, sources: sources && { text: sources.text, files: files ?? [] } };
      const { version } = await utils.client.company.save.mutate({
        version: before?.version ?? 0,
        fields: changed,
      });
      utils.company.get.setData(undefined, (data) => data && { ...data, version });
      return true;
    } catch (error) {
      // Both at once: what a person does between the two would be taken back with it.
      await utils.company.get.refetch();
      setProblem(toProblem(error));
      onRefused();
      return false;
    } finally {
      setSaving((count) => count - 1);
    }
  }

  return { query, save, saving: saving > 0, problem };
}
