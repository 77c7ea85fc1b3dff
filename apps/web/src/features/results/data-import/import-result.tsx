import { contracts, type DataImportOutput } from "@longhaul/workflows/contracts";
import { lazy, Suspense } from "react";
import { CopyButton } from "../../../components/ui/copy.js";
import { Facts } from "../../../components/ui/facts.js";
import { Panel } from "../../../components/ui/panel.js";
import { SkeletonLines } from "../../../components/ui/skeleton.js";
import { formatBytes, formatDuration, formatInteger, formatPercent } from "../../../lib/format.js";
import { GenericResult } from "../generic-result.js";
import type { ResultViewProps } from "../registry.js";
import { delimiterName } from "./values.js";

const ColumnTable = lazy(async () => ({ default: (await import("./column-table.js")).ColumnTable }));

/** What an import found, made for reading; an output of another shape is shown as it is. */
export function ImportResult({ output }: ResultViewProps) {
  const parsed = contracts["data-import"].output.safeParse(output);
  if (!parsed.success) return <GenericResult output={output} />;
  const result = parsed.data;
  return (
    <>
      <Panel title="What was found">
        <p className="mb-4 text-lg">{result.summary}</p>
        <Rows result={result} />
        <FileFacts result={result} />
      </Panel>
      <Panel title={`Columns (${result.columnCount})`} flush>
        {result.cut && <p className="border-b px-4 py-2 text-ink-soft">{result.cut}</p>}
        <Suspense
          fallback={
            <div className="p-4">
              <SkeletonLines label="Drawing the columns" count={4} />
            </div>
          }
        >
          <ColumnTable columns={result.columns} />
        </Suspense>
      </Panel>
    </>
  );
}

function Rows({ result }: { result: DataImportOutput }) {
  const { rowsRead, rowsAccepted, rowsRejected, rejectedShare, durationMs } = result;
  return (
    <Facts
      facts={[
        ["Rows read", formatInteger(rowsRead)],
        ["Accepted", formatInteger(rowsAccepted)],
        ["Rejected", `${formatInteger(rowsRejected)} (${formatPercent(rejectedShare)})`],
        ["Reading took", formatDuration(durationMs / 1000)],
        [
          "Rows per second",
          durationMs > 0 ? formatInteger(Math.round(rowsRead / (durationMs / 1000))) : null,
        ],
      ]}
    />
  );
}

function FileFacts({ result }: { result: DataImportOutput }) {
  const { bytes, inflatedBytes, compression, format, encoding, delimiter, fileName, sha256 } = result;
  const size =
    compression === "none"
      ? formatBytes(bytes)
      : `${formatBytes(bytes)}, ${formatBytes(inflatedBytes)} unpacked`;
  return (
    <Facts
      className="mt-4 border-t pt-4"
      facts={[
        ["File", fileName],
        ["Size", size],
        ["Format", compression === "gzip" ? `${format.toUpperCase()}, gzip` : format.toUpperCase()],
        ["Encoding", encoding.toUpperCase()],
        ["Separator", delimiterName(delimiter)],
        [
          "SHA-256",
          <CopyButton text={sha256} what="SHA-256" className="-ml-1">
            <code className="font-mono text-sm">{sha256.slice(0, 12)}</code>
          </CopyButton>,
        ],
      ]}
    />
  );
}
