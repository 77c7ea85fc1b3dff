import { Button } from "../../components/ui/button.js";
import { Notice } from "../../components/ui/notice.js";
import type { Draft } from "./use-draft.js";

interface DraftNoticeProps {
  draft: Draft;
  /** Whether there were files, which nobody can keep. */
  withFiles?: boolean;
}

/** Says that the form begins with what was written before, and how to be rid of it. */
export function DraftNotice({ draft, withFiles = false }: DraftNoticeProps) {
  if (!draft.restored) return null;
  return (
    <Notice
      role="status"
      look="info"
      actions={
        <Button size="small" onClick={draft.discard}>
          Begin anew
        </Button>
      }
    >
      What you had written here is back.{withFiles && " Choose its files again."}
    </Notice>
  );
}
