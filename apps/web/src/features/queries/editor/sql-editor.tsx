import { useEffect, useRef, useState } from "react";
import { createSqlEditor, type SqlEditorHandle, type SqlProblem, type SqlTable } from "./sql-setup.js";

interface SqlEditorProps {
  text: string;
  label: string;
  tables: readonly SqlTable[];
  parameters: readonly string[];
  problems: readonly SqlProblem[];
  readOnly?: boolean;
  onChange: (text: string) => void;
  onRun: () => void;
}

/** CodeMirror as a React control. It is fetched with this file, and so only by pages that edit SQL. */
export function SqlEditor({
  text,
  label,
  tables,
  parameters,
  problems,
  readOnly = false,
  onChange,
  onRun,
}: SqlEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const [handle, setHandle] = useState<SqlEditorHandle | null>(null);
  // The editor is made once; what it calls is what was given last.
  const calls = useRef({ onChange, onRun, text });
  useEffect(() => {
    calls.current = { onChange, onRun, text };
  });
  useEffect(() => {
    if (!place.current) return;
    const made = createSqlEditor(place.current, {
      text: calls.current.text,
      label,
      readOnly,
      onChange: (next) => calls.current.onChange(next),
      onRun: () => calls.current.onRun(),
    });
    setHandle(made);
    return () => made.view.destroy();
  }, [label, readOnly]);
  useEffect(() => handle?.replace(text), [handle, text]);
  const names = parameters.join(" ");
  useEffect(() => handle?.complete(tables, names ? names.split(" ") : []), [handle, tables, names]);
  useEffect(() => handle?.complain(problems), [handle, problems]);
  return <div ref={place} className="overflow-hidden rounded-md border border-line-strong" />;
}
