import { PageHeader } from "../../components/ui/page-header.js";
import { ProblemView } from "../../components/ui/problem.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { trpc } from "../../lib/trpc.js";
import { useMay, useMe } from "../settings/use-me.js";
import { StartForm } from "../start/start-form.js";
import { BookShelf } from "./book-shelf.js";

/** Where a drawing becomes a book, and where the books are. */
export function StorybookPage() {
  const workflow = trpc.workflows.get.useQuery({ workflow: "storybook" }, { staleTime: Infinity });
  const me = useMe();
  const mayStart = useMay("operator");
  if (workflow.error) {
    return <ProblemView page what="The page" error={workflow.error} retry={() => void workflow.refetch()} />;
  }
  return (
    <>
      <PageHeader title="Storybook" />
      <div className="grid items-start gap-8 @3xl:grid-cols-[minmax(0,26rem)_minmax(0,1fr)]">
        <section aria-labelledby="new-book" className="grid gap-4">
          <div>
            <h2 id="new-book" className="text-lg font-semibold">
              A new book
            </h2>
            <p className="text-ink-soft">
              Upload a child's drawing. It becomes a picture book that is read aloud, with the child as its
              hero.
            </p>
          </div>
          {!workflow.data || !me.data ? (
            <SkeletonLines label="Reading the form" count={4} />
          ) : mayStart ? (
            <StartForm workflow={workflow.data} previous={undefined} submitLabel="Make the book" />
          ) : (
            <p className="text-ink-soft">Your role looks at books; an operator makes them.</p>
          )}
        </section>
        <BookShelf />
      </div>
    </>
  );
}
