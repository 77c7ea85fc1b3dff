import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  type Completion,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { sql, StandardSQL } from "@codemirror/lang-sql";
import { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, lintGutter, linter, lintKeymap } from "@codemirror/lint";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import {
  Decoration,
  drawSelection,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
  MatchDecorator,
  ViewPlugin,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** A table that the instance has, as the completion offers it. */
export interface SqlTable {
  name: string;
  description: string;
  columns: readonly { name: string; type: string; description: string }[];
}

export interface SqlProblem {
  from: number;
  to: number;
  message: string;
}

const look = EditorView.theme({
  "&": { fontSize: "0.8125rem", backgroundColor: "var(--surface)", color: "var(--ink)" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-2px" },
  ".cm-scroller": {
    fontFamily: "var(--font-mono, ui-monospace), monospace",
    minHeight: "14rem",
    maxHeight: "60vh",
  },
  ".cm-content": { caretColor: "var(--ink)", padding: "0.5rem 0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--sunken)", color: "var(--ink-soft)", border: "none" },
  ".cm-activeLine": { backgroundColor: "color-mix(in oklab, var(--sunken) 60%, transparent)" },
  ".cm-activeLineGutter": { backgroundColor: "var(--sunken)", color: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--accent-soft)",
  },
  ".cm-matchingBracket": { outline: "1px solid var(--line-strong)", backgroundColor: "transparent" },
  ".cm-parameter": {
    color: "var(--accent)",
    fontWeight: "600",
    backgroundColor: "var(--accent-soft)",
    borderRadius: "3px",
  },
  ".cm-tooltip": {
    backgroundColor: "var(--surface)",
    color: "var(--ink)",
    border: "1px solid var(--line-strong)",
  },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": {
    backgroundColor: "var(--accent)",
    color: "var(--on-accent)",
  },
  ".cm-completionDetail": { fontStyle: "normal", opacity: "0.8" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
});

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--accent)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--good)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--warn)" },
  { tag: [tags.comment, tags.lineComment, tags.blockComment], color: "var(--ink-soft)", fontStyle: "italic" },
  { tag: [tags.typeName, tags.standard(tags.name)], color: "var(--ink)", fontWeight: "600" },
]);

const parameterMark = Decoration.mark({ class: "cm-parameter" });
const parameterMatcher = new MatchDecorator({
  regexp: /\{\{\s*[A-Za-z_]\w*\s*\}\}/g,
  decoration: parameterMark,
});
const parameterMarks = ViewPlugin.define(
  (view) => ({
    marks: parameterMatcher.createDeco(view),
    update(update) {
      this.marks = parameterMatcher.updateDeco(update, this.marks);
    },
  }),
  { decorations: (plugin) => plugin.marks },
);

interface Setup {
  text: string;
  label: string;
  readOnly: boolean;
  onChange: (text: string) => void;
  onRun: () => void;
}

/** An SQL editor. What it completes and what it complains about can be given anew at any time. */
export function createSqlEditor(parent: HTMLElement, { text, label, readOnly, onChange, onRun }: Setup) {
  const language = new Compartment();
  const complaints = new Compartment();
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        highlightActiveLine(),
        bracketMatching(),
        closeBrackets(),
        autocompletion(),
        lintGutter(),
        syntaxHighlighting(colours),
        parameterMarks,
        look,
        EditorView.lineWrapping,
        EditorState.readOnly.of(readOnly),
        // Said in so many words: what scrolls within can be reached by keys, where it is only read, too.
        EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", tabindex: "0" }),
        // Tab leaves the editor, so that a keyboard is never caught in it.
        keymap.of([
          { key: "Mod-Enter", run: () => (onRun(), true) },
          ...closeBracketsKeymap,
          ...defaultKeymap,
          ...historyKeymap,
          ...completionKeymap,
          ...lintKeymap,
        ]),
        language.of(languageOf([], [])),
        complaints.of([]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    view,
    complete: (tables: readonly SqlTable[], parameters: readonly string[]) =>
      view.dispatch({ effects: language.reconfigure(languageOf(tables, parameters)) }),
    complain: (problems: readonly SqlProblem[]) =>
      view.dispatch({ effects: complaints.reconfigure(linterOf(problems)) }),
    replace: (next: string) => {
      if (next === view.state.doc.toString()) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } });
    },
  };
}
export type SqlEditorHandle = ReturnType<typeof createSqlEditor>;

function languageOf(tables: readonly SqlTable[], parameters: readonly string[]): Extension {
  const support = sql({
    dialect: StandardSQL,
    upperCaseKeywords: true,
    schema: Object.fromEntries(
      tables.map(({ name, columns }) => [
        name,
        columns.map(
          (column): Completion => ({
            label: column.name,
            type: "property",
            detail: column.type,
            info: column.description,
          }),
        ),
      ]),
    ),
  });
  const names = support.language.data.of({
    autocomplete: (context: { matchBefore: (pattern: RegExp) => { from: number } | null }) => {
      const before = context.matchBefore(/\{\{\s*\w*/);
      if (!before) return null;
      const options = parameters.map((name): Completion => ({ label: `{{${name}}}`, type: "variable" }));
      return { from: before.from, options, filter: true };
    },
  });
  // Columns are offered everywhere, not only after their table's name: a query reads one table more often than several.
  const columns = support.language.data.of({
    autocomplete: (context: { matchBefore: (pattern: RegExp) => { from: number; text: string } | null }) => {
      const before = context.matchBefore(/[\w]+/);
      if (!before || before.text.length < 2) return null;
      const seen = new Map<string, Completion>();
      for (const table of tables) {
        for (const column of table.columns) {
          if (seen.has(column.name)) continue;
          seen.set(column.name, {
            label: column.name,
            type: "property",
            detail: `${table.name}, ${column.type}`,
          });
        }
      }
      return { from: before.from, options: [...seen.values()], validFor: /^\w*$/ };
    },
  });
  return [support, names, columns];
}

function linterOf(problems: readonly SqlProblem[]): Extension {
  return linter(
    ({ state }) =>
      problems.map(
        ({ from, to, message }): Diagnostic => ({
          from: Math.min(from, state.doc.length),
          to: Math.min(Math.max(to, from), state.doc.length),
          severity: "error",
          message,
        }),
      ),
    { delay: 0 },
  );
}
