import { formatInteger, formatPercent } from "../../../lib/format.js";

interface BarsProps {
  /** What is listed, for readers of the table. */
  caption: string;
  rows: readonly { label: string; count: number }[];
  /** What all rows together would be. */
  total: number;
}

/** Horizontal bars from zero that are a table at the same time. */
export function Bars({ caption, rows, total }: BarsProps) {
  const top = Math.max(1, ...rows.map(({ count }) => count));
  return (
    <table className="w-full table-fixed text-sm">
      <caption className="sr-only">{caption}</caption>
      <colgroup>
        <col />
        <col className="w-20" />
        <col className="w-16" />
      </colgroup>
      <thead className="sr-only">
        <tr>
          <th>Value</th>
          <th>Rows</th>
          <th>Share</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ label, count }) => (
          <tr key={label}>
            <td className="relative py-1 pr-2 pl-2">
              <span
                aria-hidden
                className="absolute inset-y-0.5 left-0 rounded-md bg-accent-soft"
                style={{ width: `${(count / top) * 100}%` }}
              />
              <span className="relative block truncate" title={label}>
                {label}
              </span>
            </td>
            <td className="py-1 text-right tabular-nums">{formatInteger(count)}</td>
            <td className="py-1 text-right text-ink-soft tabular-nums">
              {formatPercent(count / Math.max(1, total))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
