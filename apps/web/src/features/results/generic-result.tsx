import { Facts } from "../../components/ui/facts.js";
import { JsonView } from "../../components/ui/json-view.js";
import { Panel } from "../../components/ui/panel.js";
import { formatNumber, humanize } from "../../lib/format.js";
import type { ResultViewProps } from "./registry.js";

/** The result of a workflow that has no page of its own: its plain values as facts, all of it as JSON. */
export function GenericResult({ output }: ResultViewProps) {
  const values = output && typeof output === "object" && !Array.isArray(output) ? Object.entries(output) : [];
  const plain = values.filter(([, value]) => ["string", "number", "boolean"].includes(typeof value));
  return (
    <>
      {plain.length > 0 && (
        <Panel title="Result">
          <Facts
            facts={plain.map(([key, value]) => [
              humanize(key),
              typeof value === "number" ? formatNumber(value) : String(value),
            ])}
          />
        </Panel>
      )}
      <Panel title="Output">
        <JsonView value={output} label="Output of the run" />
      </Panel>
    </>
  );
}
