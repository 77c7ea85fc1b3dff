import { Link } from "@tanstack/react-router";
import { toProblem } from "../../lib/errors.js";
import { Button } from "./button.js";
import { CopyButton } from "./copy.js";
import { EmptyState } from "./empty-state.js";
import { Notice } from "./notice.js";

interface ProblemProps {
  error: unknown;
  /** What could not be shown, e.g. "The runs". */
  what: string;
  retry?: (() => void) | undefined;
  /** It stands for a whole page. */
  page?: boolean;
}

/** The face of something that could not be read: gone, not permitted, or broken with a way to try again. */
export function ProblemView({ error, what, retry, page = false }: ProblemProps) {
  const problem = toProblem(error);
  if (problem.kind === "gone") {
    return (
      <EmptyState
        page={page}
        title={problem.message}
        action={
          <Button asChild>
            <Link to="/">See all runs</Link>
          </Button>
        }
      >
        It may have been removed, or it belongs to an organisation that you are not signed in to.
      </EmptyState>
    );
  }
  if (problem.kind === "forbidden") {
    return (
      <EmptyState page={page} title="You may not see this">
        {problem.message}
      </EmptyState>
    );
  }
  return (
    <>
      {page && <h1 className="sr-only">{what}</h1>}
      <Notice
        role="alert"
        look="bad"
        title={`${what} could not be loaded`}
        actions={retry && <Button onClick={retry}>Try again</Button>}
      >
        <p>{problem.message}</p>
        {problem.correlationId && (
          <p className="text-sm text-ink-soft">
            For the engineer:{" "}
            <CopyButton text={problem.correlationId} what="correlation id">
              <code className="font-mono break-all">{problem.correlationId}</code>
            </CopyButton>
          </p>
        )}
      </Notice>
    </>
  );
}
