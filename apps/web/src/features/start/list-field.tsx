import { Plus, X } from "lucide-react";
import { type ClipboardEvent, type KeyboardEvent, useEffect, useId, useRef } from "react";
import { Button } from "../../components/ui/button.js";
import { FieldError } from "../../components/ui/field.js";
import { plural } from "../../lib/format.js";
import type { FormState } from "./form-field.js";
import { LineControl } from "./line-control.js";
import { rowsOf } from "./rows.js";
import type { FormField, ItemField } from "./schema.js";

interface ListFieldProps {
  field: FormField & { kind: "list" };
  form: FormState;
}

/** A list with an entry a row. Enter makes a row below; lines that are pasted become a row each. */
export function ListField({ field, form }: ListFieldProps) {
  const { path, label, help, item, most } = field;
  const id = useId();
  const rows = rowsOf(form.values[path]);
  const full = most !== null && rows.length >= most;
  const { list, focusNext } = useFocusOfRows();
  const error = form.errors[path];
  const described = [error && `${id}-error`, help && `${id}-help`].filter(Boolean).join(" ") || undefined;

  function replace(at: number, remove: number, insert: readonly string[], focus: number): void {
    focusNext(focus);
    form.changeRows(path, { at, remove, insert });
  }

  function onKeyDown(event: KeyboardEvent, at: number): void {
    if (event.key !== "Enter" || event.nativeEvent.isComposing || item.kind === "choice") return;
    event.preventDefault();
    if (!full && rows[at] !== "") replace(at + 1, 0, [""], at + 1);
  }

  function onPaste(event: ClipboardEvent, at: number): void {
    const lines = event.clipboardData
      .getData("text")
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== "");
    if (lines.length < 2) return;
    event.preventDefault();
    const blank = rows[at] === "";
    const first = blank ? at : at + 1;
    replace(first, blank ? 1 : 0, lines, first + lines.length - 1);
  }

  return (
    <div role="group" aria-labelledby={id} aria-describedby={described} className="grid content-start gap-1">
      <span id={id} className="font-medium">
        {label}
        {!field.required && field.initial === undefined && (
          <span className="font-normal text-ink-soft"> (optional)</span>
        )}
      </span>
      <ol ref={list} className="grid gap-1.5">
        {rows.map((row, at) => (
          <ListRow
            // Rows have nothing of their own but what stands in them.
            key={at}
            item={item}
            name={`${path}.${at}`}
            label={`${label} ${at + 1}`}
            text={row}
            error={form.errors[`${path}.${at}`]}
            // What is wrong with the list as a whole is heard, and found, at its first row.
            listError={at === 0 && error ? `${id}-error` : undefined}
            onChange={(text) => form.changeRows(path, { at, remove: 1, insert: [text] })}
            onRemove={
              rows.length > 1 || row !== ""
                ? () => replace(at, 1, [], Math.min(at, rows.length - 2))
                : undefined
            }
            onKeyDown={(event) => onKeyDown(event, at)}
            onPaste={(event) => onPaste(event, at)}
          />
        ))}
      </ol>
      <FieldError id={`${id}-error`} error={error} />
      {full ? (
        <p className="text-sm text-ink-soft">
          {plural(rows.length, "entry", "entries")}: more cannot be added.
        </p>
      ) : (
        <Button
          size="small"
          className="justify-self-start"
          onClick={() => replace(rows.length, 0, [""], rows.length)}
        >
          <Plus aria-hidden />
          Add<span className="sr-only"> to {label}</span>
        </Button>
      )}
      {help && (
        <p id={`${id}-help`} className="text-sm text-ink-soft">
          {help}
        </p>
      )}
    </div>
  );
}

interface ListRowProps {
  item: ItemField;
  name: string;
  label: string;
  text: string;
  error: string | undefined;
  /** The id of what is wrong with the list. */
  listError: string | undefined;
  onChange: (text: string) => void;
  /** Undefined where there is nothing to remove. */
  onRemove: (() => void) | undefined;
  onKeyDown: (event: KeyboardEvent) => void;
  onPaste: (event: ClipboardEvent) => void;
}

function ListRow({ item, name, label, text, error, listError, onRemove, ...handlers }: ListRowProps) {
  const errorId = `${useId()}-error`;
  const heard = [listError, error && errorId].filter(Boolean).join(" ") || undefined;
  return (
    <li className="grid gap-1">
      <div className="flex items-center gap-1.5">
        <LineControl
          field={item}
          name={name}
          value={text}
          control={{
            "aria-label": label,
            "aria-describedby": heard,
            "aria-invalid": heard ? true : undefined,
          }}
          {...handlers}
        />
        {onRemove && (
          <Button look="quiet" size="icon" title="Remove" onClick={onRemove}>
            <X aria-hidden />
            <span className="sr-only">Remove {label}</span>
          </Button>
        )}
      </div>
      <FieldError id={errorId} error={error} />
    </li>
  );
}

/** Moves the focus to a row once it is drawn: to the one that came, or to what took the place of the one that went. */
function useFocusOfRows() {
  const list = useRef<HTMLOListElement>(null);
  const next = useRef<number | null>(null);
  useEffect(() => {
    if (next.current === null) return;
    const controls = list.current?.querySelectorAll<HTMLElement>("input, select");
    controls?.[Math.max(0, next.current)]?.focus();
    next.current = null;
  });
  return {
    list,
    focusNext(row: number): void {
      next.current = row;
    },
  };
}
