import { type ReactNode, useId } from "react";
import { FieldError } from "../../components/ui/field.js";
import { type Moves, RowMoves } from "./row-moves.js";
import type { FormField, ItemField } from "./schema.js";

interface PartsRowProps {
  field: ItemField;
  error: string | undefined;
  moves: Moves;
  /** Draws the entry, or a part of it. */
  children: (field: FormField, entry: boolean) => ReactNode;
}

/** An entry that does not fit into a line: a file, or an object with its fields. */
export function PartsRow({ field, error, moves, children }: PartsRowProps) {
  const id = useId();
  if (field.kind !== "group") {
    return (
      <li className="flex items-center gap-1.5">
        <div className="min-w-0 flex-1">{children({ ...field, label: moves.label }, true)}</div>
        <RowMoves {...moves} />
      </li>
    );
  }
  return (
    <li className="rounded-lg border bg-surface px-4 py-2.5">
      <div className="flex items-center justify-between gap-2">
        <span id={id} className="font-medium">
          {moves.label}
        </span>
        <RowMoves {...moves} />
      </div>
      <div
        role="group"
        aria-labelledby={id}
        aria-describedby={error ? `${id}-error` : undefined}
        data-wrong={error ? true : undefined}
        tabIndex={error ? -1 : undefined}
        className="grid gap-4 py-2 @xl:grid-cols-2"
      >
        {error && (
          <div className="@xl:col-span-2">
            <FieldError id={`${id}-error`} error={error} />
          </div>
        )}
        {field.fields.map((part) => (
          <div key={part.path} className={isWide(part) ? "@xl:col-span-2" : undefined}>
            {children(part, false)}
          </div>
        ))}
      </div>
    </li>
  );
}

const isWide = (field: FormField): boolean => field.kind === "file" || (field.kind === "text" && field.long);
