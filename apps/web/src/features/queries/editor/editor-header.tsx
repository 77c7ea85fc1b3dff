import { Link } from "@tanstack/react-router";
import { EllipsisVertical, Play, Save } from "lucide-react";
import { useState } from "react";
import { Button } from "../../../components/ui/button.js";
import { Dialog } from "../../../components/ui/dialog.js";
import { Input } from "../../../components/ui/input.js";
import { Menu, MenuItem } from "../../../components/ui/menu.js";
import { useTitle } from "../../../components/ui/page-header.js";
import { TemplateDialog } from "../template-dialog.js";
import type { QueryActions } from "./use-query-actions.js";
import type { QueryDraft } from "./use-query-draft.js";

interface EditorHeaderProps {
  queryId: string;
  edited: QueryDraft;
  actions: QueryActions;
  mayEdit: boolean;
  onRun: () => void;
  onDeleted: () => void;
}

/** Name and actions of a query. */
export function EditorHeader({ queryId, edited, actions, mayEdit, onRun, onDeleted }: EditorHeaderProps) {
  const { draft, changed, change } = edited;
  const [deleting, setDeleting] = useState(false);
  const [keeping, setKeeping] = useState(false);
  useTitle(draft.name || "Query");
  return (
    <div className="grid gap-2">
      <Link to="/queries" className="link w-fit text-sm">
        All queries
      </Link>
      <div className="flex flex-wrap items-center gap-2">
        <h1 className="sr-only">{draft.name || "Query"}</h1>
        <Input
          aria-label="Name of the query"
          value={draft.name}
          maxLength={120}
          readOnly={!mayEdit}
          onChange={(event) => change({ name: event.target.value })}
          className="h-9 min-w-48 flex-1 border-transparent bg-transparent px-1 text-xl font-semibold hover:border-line focus:border-line-strong"
        />
        {changed && <span className="text-sm text-ink-soft">Not saved</span>}
        {mayEdit && (
          <>
            <Button
              disabled={!changed || actions.busy || draft.name.trim() === ""}
              onClick={() => void actions.save()}
            >
              <Save aria-hidden />
              Save
            </Button>
            <Button disabled={actions.busy} onClick={actions.saveValues}>
              Save values
            </Button>
            <Button look="primary" disabled={actions.busy} onClick={onRun} title="Ctrl+Enter in the editor">
              <Play aria-hidden />
              Run
            </Button>
            <Menu
              trigger={
                <Button size="icon" look="quiet" aria-label="More">
                  <EllipsisVertical aria-hidden />
                </Button>
              }
            >
              <MenuItem onSelect={() => setKeeping(true)}>Keep as a template...</MenuItem>
              <MenuItem onSelect={() => setDeleting(true)}>Delete...</MenuItem>
            </Menu>
          </>
        )}
      </div>
      <Input
        aria-label="Description of the query"
        placeholder="What this query answers"
        value={draft.description}
        maxLength={2000}
        readOnly={!mayEdit}
        onChange={(event) => change({ description: event.target.value })}
        className="border-transparent bg-transparent px-1 text-ink-soft hover:border-line focus:border-line-strong"
      />
      {keeping && (
        <TemplateDialog
          title="Keep as a template"
          help="Your organisation begins other queries from it. An admin can publish it for every organisation."
          begin={{ name: draft.name, description: draft.description, category: "other" }}
          of={queryId}
          busy={actions.busy}
          problem={actions.templateProblem}
          close={() => setKeeping(false)}
          save={(words, then) =>
            actions.keepAsTemplate(words, () => {
              then();
              setKeeping(false);
            })
          }
        />
      )}
      <Dialog
        open={deleting}
        onOpenChange={setDeleting}
        title={`Delete "${draft.name}"?`}
        description={
          <p>The query and its saved values go. Its runs and their results stay among the runs.</p>
        }
        actions={
          <>
            <Button onClick={() => setDeleting(false)}>Keep it</Button>
            <Button look="danger" disabled={actions.busy} onClick={() => actions.remove(onDeleted)}>
              Delete the query
            </Button>
          </>
        }
      />
    </div>
  );
}
