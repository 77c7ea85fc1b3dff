import { Plus } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { Button } from "../../components/ui/button.js";
import { FieldError } from "../../components/ui/field.js";
import { plural } from "../../lib/format.js";
import type { FormState } from "./form-field.js";
import { LineRow } from "./line-row.js";
import { PartsRow } from "./parts-row.js";
import { isWithin, rowsOf } from "./rows.js";
import { type FormField, type FormList, isLine, isOptional, rowOf } from "./schema.js";

interface ListFieldProps {
  field: FormList;
  form: FormState;
  /** Draws what an entry is made of, where that is more than a line: the entry itself, or a part of it. */
  draw: (field: FormField, entry: boolean) => ReactNode;
}

/** A list with a row for each entry: a line, a file, or the fields of an object. Rows come, go and change places. */
export function ListField({ field, form, draw }: ListFieldProps) {
  const { path, label, help, item, most } = field;
  const id = useId();
  const ids = rowsOf(field, form.values);
  const full = most !== null && ids.length >= most;
  const { list, add, focusNext } = useFocusOfRows();
  const error = form.errors[path];
  const described = [error && `${id}-error`, help && `${id}-help`].filter(Boolean).join(" ") || undefined;

  function replace(at: number, remove: number, insert: readonly unknown[], focus: number): void {
    focusNext(focus);
    form.changeRows(field, { at, remove, insert });
  }

  function remove(at: number, path: string): void {
    for (const upload of Object.keys(form.uploads.states)) {
      if (isWithin(upload, path)) form.uploads.drop(upload);
    }
    replace(at, 1, [], Math.min(at, ids.length - 2));
  }

  function move(at: number, to: number): void {
    focusNext(to, to < at ? "up" : "down");
    form.moveRow(field, at, to);
  }

  const rows = ids.map((rowId, at) => {
    const row = rowOf(field, rowId);
    const moves = {
      label: `${label} ${at + 1}`,
      onUp: at > 0 ? () => move(at, at - 1) : undefined,
      onDown: at < ids.length - 1 ? () => move(at, at + 1) : undefined,
      onRemove: () => remove(at, row.path),
    };
    if (!isLine(row)) {
      return (
        <PartsRow key={rowId} field={row} error={form.errors[row.path]} moves={moves}>
          {draw}
        </PartsRow>
      );
    }
    const value = form.values[row.path];
    const text = typeof value === "string" ? value : "";
    const alone = ids.length === 1 && text === "";
    return (
      <LineRow
        key={rowId}
        field={row}
        text={text}
        error={form.errors[row.path]}
        // What is wrong with the list as a whole is heard, and found, at its first row.
        listError={at === 0 && error ? `${id}-error` : undefined}
        moves={{ ...moves, onRemove: alone ? undefined : moves.onRemove }}
        onChange={(written) => form.change(row.path, written)}
        onNext={() => !full && text !== "" && replace(at + 1, 0, [""], at + 1)}
        onLines={(lines) => replace(at, 1, lines, at + lines.length - 1)}
      />
    );
  });

  return (
    <div role="group" aria-labelledby={id} aria-describedby={described} className="grid content-start gap-1">
      <span id={id} className="font-medium">
        {label}
        {isOptional(field) && <span className="font-normal text-ink-soft"> (optional)</span>}
      </span>
      {rows.length > 0 && (
        <ol ref={list} className={isLine(item) ? "grid gap-1.5" : "grid gap-3"}>
          {rows}
        </ol>
      )}
      <FieldError id={`${id}-error`} error={error} />
      {full ? (
        <p className="text-sm text-ink-soft">
          {plural(rows.length, "entry", "entries")}: more cannot be added.
        </p>
      ) : (
        <Button
          ref={add}
          size="small"
          className="justify-self-start"
          data-wrong={error && rows.length === 0 ? true : undefined}
          aria-describedby={error ? `${id}-error` : undefined}
          onClick={() => replace(rows.length, 0, [undefined], rows.length)}
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

/** Where the focus goes: to a row's first control, or to the button that moved it. */
interface Next {
  row: number;
  button: "up" | "down" | null;
}

/**
 * Moves the focus once rows are drawn: to the one that came, that moved, or that took the place of the one that went; where
 * none is left, to what adds one.
 */
function useFocusOfRows() {
  const list = useRef<HTMLOListElement>(null);
  const add = useRef<HTMLButtonElement>(null);
  const next = useRef<Next | null>(null);
  useEffect(() => {
    if (next.current === null) return;
    const { row, button } = next.current;
    next.current = null;
    const shown = list.current?.children[Math.max(0, row)];
    const moved =
      button && (shown?.querySelector(`[data-move=${button}]`) ?? shown?.querySelector("[data-move]"));
    const control = moved ?? shown?.querySelector("input, select");
    if (control instanceof HTMLElement) control.focus();
    else add.current?.focus();
  });
  return {
    list,
    add,
    focusNext(row: number, button: Next["button"] = null): void {
      next.current = { row, button };
    },
  };
}
