import { type ClipboardEvent, type KeyboardEvent, useId } from "react";
import { FieldError } from "../../components/ui/field.js";
import { LineControl } from "./line-control.js";
import { pastedRows } from "./pasted.js";
import { type Moves, RowMoves } from "./row-moves.js";
import type { LineField } from "./schema.js";

interface LineRowProps {
  field: LineField;
  text: string;
  error: string | undefined;
  /** The id of what is wrong with the list. */
  listError: string | undefined;
  moves: Moves;
  onChange: (text: string) => void;
  /** Asks for a row below. */
  onNext: () => void;
  /** Several lines come in place of this one. */
  onLines: (lines: readonly string[]) => void;
}

/** An entry that fits into a line. Enter makes a row below; lines that are pasted become a row each. */
export function LineRow({ field, text, error, listError, moves, onChange, onNext, onLines }: LineRowProps) {
  const errorId = `${useId()}-error`;
  const heard = [listError, error && errorId].filter(Boolean).join(" ") || undefined;

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.nativeEvent.isComposing || field.kind === "choice") return;
    event.preventDefault();
    onNext();
  }

  function onPaste(event: ClipboardEvent<HTMLInputElement>): void {
    const { selectionStart: from, selectionEnd: to } = event.currentTarget;
    // A control that tells of no selection, as for a date, takes no lines either.
    if (from === null || to === null) return;
    const lines = pastedRows(text, { from, to }, event.clipboardData.getData("text"));
    if (lines === null) return;
    event.preventDefault();
    onLines(lines);
  }

  return (
    <li className="grid gap-1">
      <div className="flex items-center gap-1.5">
        <LineControl
          field={field}
          name={field.path}
          value={text}
          control={{
            "aria-label": moves.label,
            "aria-describedby": heard,
            "aria-invalid": heard ? true : undefined,
          }}
          onChange={onChange}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
        />
        <RowMoves {...moves} />
      </div>
      <FieldError id={errorId} error={error} />
    </li>
  );
}
