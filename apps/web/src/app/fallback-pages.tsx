import { type ErrorComponentProps, Link } from "@tanstack/react-router";
import { Button } from "../components/ui/button.js";
import { EmptyState } from "../components/ui/empty-state.js";
import { useTitle } from "../components/ui/page-header.js";
import { isServerThere, PageNotFetched } from "../lib/lazy-page.js";

export function MissingPage() {
  return (
    <main className="mx-auto max-w-2xl p-6">
      <MissingPlace />
    </main>
  );
}

/** Where the frame of the other pages is around it. */
export function MissingPlace() {
  useTitle("No page");
  return (
    <EmptyState
      page
      title="There is no page here"
      action={
        <Button asChild look="primary">
          <Link to="/">See all runs</Link>
        </Button>
      }
    >
      The address may be mistyped, or the page has moved.
    </EmptyState>
  );
}

type Broken = Pick<ErrorComponentProps, "error" | "reset">;

/** The last net, where nothing is around it. */
export function BrokenPage(broken: Broken) {
  return (
    <main className="mx-auto max-w-2xl p-6">
      <BrokenPlace {...broken} />
    </main>
  );
}

/** Where the frame of the other pages is around it: the page itself broke, or its code could not be fetched. */
export function BrokenPlace({ error, reset }: Broken) {
  const message = error instanceof Error ? error.message : String(error);
  const unreachable = error instanceof PageNotFetched;
  // Fetched anew is the site as a whole, once there is a server to fetch it from.
  const again = async () => {
    if (!unreachable) reset();
    else if (await isServerThere()) location.reload();
  };
  return (
    <div className="mx-auto max-w-2xl">
      <EmptyState
        page
        title="This page cannot be shown"
        action={
          <div className="flex gap-2">
            <Button look="primary" onClick={() => void again()}>
              Try again
            </Button>
            <Button onClick={() => location.reload()}>Reload</Button>
          </div>
        }
      >
        Your runs go on meanwhile. <span className={unreachable ? "" : "font-mono text-sm"}>{message}</span>
      </EmptyState>
    </div>
  );
}
