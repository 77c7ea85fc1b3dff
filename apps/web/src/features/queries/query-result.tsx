import { type QueryResult as Result, queryResultSchema } from "@longhaul/workflows/contracts";
import { Download } from "lucide-react";
import { useSyncExternalStore } from "react";
import { Button } from "../../components/ui/button.js";
import { CopyButton, ShortId } from "../../components/ui/copy.js";
import { EmptyState } from "../../components/ui/empty-state.js";
import { Facts } from "../../components/ui/facts.js";
import { Notice } from "../../components/ui/notice.js";
import { Panel } from "../../components/ui/panel.js";
import { ProblemView } from "../../components/ui/problem.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { formatBytes, formatDuration, formatInteger, plural } from "../../lib/format.js";
import { trpc } from "../../lib/trpc.js";
import { GenericResult } from "../results/generic-result.js";
import type { ResultViewProps } from "../results/registry.js";
import { useDownload } from "../results/use-download.js";
import { ChartPanel } from "./chart/chart-panel.js";
import { DataGrid } from "./table/data-grid.js";
import { useRemoteTable } from "./table/use-table.js";

/** What a query gave: what was asked and of whom, a chart, and the whole table. */
export function QueryResult({ output }: ResultViewProps) {
  const parsed = queryResultSchema.safeParse(output);
  return parsed.success ? <QueryTable result={parsed.data} /> : <GenericResult output={output} />;
}

/** The same, of a result that is known to be one. */
export function QueryTable({ result }: { result: Result }) {
  const { rows } = result;
  const file = trpc.artifacts.signedUrl.useQuery(
    { artifactId: result.artifactId, download: false },
    // The link is used at once; read again, it would be another link, and the table another table.
    {
      staleTime: Number.POSITIVE_INFINITY,
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      gcTime: 0,
    },
  );
  return (
    <div className="grid gap-4">
      <Summary result={result} />
      {rows === 0 ? (
        <EmptyState title="The query found no rows">
          Look at a longer time, or at other values: AMC leaves out rows of too few people, too.
        </EmptyState>
      ) : file.error ? (
        <ProblemView what="The table" error={file.error} retry={() => void file.refetch()} />
      ) : !file.data ? (
        <SkeletonLines label="Opening the table" count={6} />
      ) : (
        <OpenTable key={file.data.url} url={file.data.url} result={result} />
      )}
    </div>
  );
}

function OpenTable({ url, result }: { url: string; result: Result }) {
  const table = useRemoteTable(url, result.columns);
  const state = useSyncExternalStore(table.subscribe, () => table.state);
  const { columns, preview, bytes } = result;
  if (state.kind === "failed") {
    return (
      <Notice look="bad" role="alert" title="The table could not be read">
        {state.message}
      </Notice>
    );
  }
  if (state.kind === "reading") {
    return (
      <div role="status">
        <p className="mb-2 text-ink-soft tabular-nums">
          {plural(state.rows, "row")} read, {formatBytes(state.bytes)} of {formatBytes(bytes)}
        </p>
        <SkeletonLines label="Reading the table" count={6} />
      </div>
    );
  }
  return (
    <>
      <ChartPanel table={table} columns={columns} />
      <Panel
        flush
        title="Table"
        actions={
          <p role="status" className="text-sm text-ink-soft tabular-nums">
            {state.shown === state.rows
              ? plural(state.rows, "row")
              : `${formatInteger(state.shown)} of ${plural(state.rows, "row")}`}
          </p>
        }
      >
        <DataGrid table={table} columns={columns} preview={preview} label="Rows of the result" />
      </Panel>
    </>
  );
}

function Summary({ result }: { result: Result }) {
  const { download, error } = useDownload();
  const day = (time: string) => time.slice(0, 16).replace("T", " ");
  return (
    <Panel
      title="Result"
      actions={
        <Button
          size="small"
          onClick={() => void download(result.artifactId, "result.csv", { forSpreadsheets: true })}
        >
          <Download aria-hidden />
          Download CSV
        </Button>
      }
    >
      <Facts
        facts={[
          ["Rows", formatInteger(result.rows)],
          ["File", formatBytes(result.bytes)],
          ["Instance", result.instanceName],
          ["Time window (UTC)", `${day(result.timeWindow.start)} to ${day(result.timeWindow.end)}`],
          ["AMC worked for", formatDuration(result.queryMs / 1000)],
          ["AMC execution", <ShortId key="id" id={result.amcExecutionId} what="AMC execution id" />],
        ]}
      />
      <details className="mt-3">
        <summary className="font-medium">The SQL that AMC was given</summary>
        <div className="mt-2 flex items-start gap-2">
          <pre
            tabIndex={0}
            aria-label="The SQL that AMC was given"
            className="min-w-0 flex-1 overflow-auto rounded-md border bg-sunken p-2 font-mono text-sm whitespace-pre-wrap"
          >
            {result.sql}
          </pre>
          <CopyButton text={result.sql} what="SQL" />
        </div>
      </details>
      {error && (
        <p role="alert" className="mt-2 text-bad">
          {error}
        </p>
      )}
    </Panel>
  );
}
