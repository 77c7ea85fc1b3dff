import type { Run } from "@longhaul/kit";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Button } from "../../components/ui/button.js";
import { CopyButton } from "../../components/ui/copy.js";
import { Facts } from "../../components/ui/facts.js";
import { JsonView } from "../../components/ui/json-view.js";
import { Panel } from "../../components/ui/panel.js";
import { trpc } from "../../lib/trpc.js";
import { useMay } from "../settings/use-me.js";
import { fieldsOf } from "../start/schema.js";
import { Files } from "../results/files.js";
import { inputFacts } from "./input-facts.js";
import { useRun, useRunDetails } from "./use-run.js";

const route = getRouteApi("/app/runs/$runId");

/** What the run was started with. */
export function InputTab() {
  const { runId } = route.useParams();
  const run = useRun(runId);
  const { data } = useRunDetails(runId);
  const mayStart = useMay("operator");
  if (!run) return null;
  const uploads = data?.artifacts.filter(({ kind }) => kind === "upload") ?? [];
  return (
    <div className="grid gap-4">
      <Panel
        title="Input"
        actions={
          mayStart && (
            <Button asChild size="small">
              <Link to="/start/$workflow" params={{ workflow: run.workflow }} search={{ from: run.id }}>
                Start again with changes
              </Link>
            </Button>
          )
        }
      >
        <InputFacts run={run} />
      </Panel>
      {uploads.length > 0 && (
        <Panel title="Uploaded files" flush>
          <Files artifacts={uploads} />
        </Panel>
      )}
      <Panel title="Raw">
        <JsonView value={run.input} label="Input of the run" />
      </Panel>
      <Panel title="Where it runs">
        <Facts
          facts={[
            ["Attempt", String(run.attempt)],
            [
              "Correlation id",
              <CopyButton text={run.correlationId} what="correlation id" className="-ml-1 text-left">
                <code className="font-mono text-sm break-all">{run.correlationId}</code>
              </CopyButton>,
            ],
            ["Definition", <code className="font-mono text-sm">{run.definitionHash.slice(0, 12)}</code>],
          ]}
        />
      </Panel>
    </div>
  );
}

function InputFacts({ run }: { run: Run }) {
  const { data: workflow } = trpc.workflows.get.useQuery({ workflow: run.workflow }, { staleTime: Infinity });
  const input = run.input;
  if (!workflow || !input || typeof input !== "object" || Array.isArray(input)) return null;
  return <Facts facts={inputFacts(fieldsOf(workflow.inputSchema), input)} />;
}
