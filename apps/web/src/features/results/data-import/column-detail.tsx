import type { ColumnProfile } from "@longhaul/workflows/contracts";
import type { ReactNode } from "react";
import { Facts } from "../../../components/ui/facts.js";
import { formatInteger, formatNumber, plural } from "../../../lib/format.js";
import { Bars } from "../plots/bars.js";
import { Histogram } from "../plots/histogram.js";
import { QuantileStrip } from "../plots/quantile-strip.js";
import { formatEdge, formatPoint, formatSpread, isDated, toNumber } from "./values.js";

/** All that is known of one column: its spread, its quantiles and its most frequent values. */
export function ColumnDetail({ column }: { column: ColumnProfile }) {
  if (column.type === "empty") return <p className="text-ink-soft">This column holds no value in any row.</p>;
  return (
    <div className="grid gap-x-8 gap-y-6 @3xl:grid-cols-2">
      <div className="grid min-w-0 content-start gap-6">
        {column.histogram && (
          <Part title="Distribution" note={!column.histogram.exact && "Counts are approximate."}>
            <Histogram
              label={isDated(column) ? `${column.name} (date, UTC)` : column.name}
              edges={column.histogram.edges.map(formatEdge)}
              counts={column.histogram.counts}
              exact={column.histogram.exact}
            />
          </Part>
        )}
        <Quantiles column={column} />
        {column.length && (
          <Part title="Length in characters">
            <Facts
              facts={[
                ["Shortest", formatInteger(column.length.min)],
                ["Mean", formatNumber(column.length.mean)],
                ["Longest", formatInteger(column.length.max)],
              ]}
            />
          </Part>
        )}
      </div>
      <div className="grid min-w-0 content-start gap-6">
        <TopValues column={column} />
        <Facts
          facts={[
            ["Rows with a value", formatInteger(column.count)],
            ["Rows without", formatInteger(column.nulls)],
            ["Mean", column.mean === null ? null : formatPoint(column.mean)],
            ["Standard deviation", column.stddev === null ? null : formatSpread(column)],
          ]}
        />
      </div>
    </div>
  );
}

function Part({ title, note, children }: { title: string; note?: string | false; children: ReactNode }) {
  return (
    <section className="grid min-w-0 gap-2">
      <h3 className="font-medium">
        {title}
        {note && <span className="font-normal text-ink-soft"> {note}</span>}
      </h3>
      {children}
    </section>
  );
}

function Quantiles({ column }: { column: ColumnProfile }) {
  const { quantiles, min, max } = column;
  if (!quantiles || min === null || max === null) return null;
  const points = quantiles.points.map(({ at, value }) => ({
    at,
    value: toNumber(value),
    text: formatPoint(value),
  }));
  return (
    <Part title="Quantiles" note={!quantiles.exact && "Estimated from a sketch."}>
      <QuantileStrip label={column.name} min={toNumber(min)} max={toNumber(max)} points={points} />
      <Facts
        className="grid-cols-[repeat(auto-fill,minmax(6rem,1fr))] whitespace-nowrap"
        facts={[
          ["Least", formatPoint(min)],
          ...points.map(({ at, text }) => [`${Math.round(at * 100)}%`, text] as const),
          ["Greatest", formatPoint(max)],
        ]}
      />
    </Part>
  );
}

function TopValues({ column }: { column: ColumnProfile }) {
  const { values, maxError } = column.top;
  if (values.length === 0) return null;
  if (values.every(({ count }) => count === 1) && maxError === 0) {
    return (
      <Part title="Most frequent values">
        <p className="text-ink-soft">Every value occurs once.</p>
      </Part>
    );
  }
  const note = maxError > 0 && `Each count may lack up to ${plural(maxError, "row")}.`;
  return (
    <Part title="Most frequent values" note={note}>
      <Bars
        caption={`Most frequent values of ${column.name}`}
        total={column.count}
        rows={values.map(({ value, count }) => ({ label: String(value) || "(empty text)", count }))}
      />
    </Part>
  );
}
