import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { Button } from "../../components/ui/button.js";
import { Notice } from "../../components/ui/notice.js";
import { PageHeader } from "../../components/ui/page-header.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { toProblem } from "../../lib/errors.js";
import { trpc } from "../../lib/trpc.js";
import type { CallbackSearch } from "./callback-search.js";

/** Ends a sign-in at Amazon: hands the code over, reads the instances, and goes on to the connections. */
export function CallbackPage() {
  const search: CallbackSearch = useSearch({ from: "/app/connections/callback" });
  // The address loses them at once.
  const [{ code, state, error }] = useState(search);
  const begun = useRef(false);
  const navigate = useNavigate();
  const utils = trpc.useUtils();
  const sync = trpc.connections.sync.useMutation();
  const finish = trpc.connections.finish.useMutation();
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    // The code must not stay in the address or the history; and it is good once.
    void navigate({ to: "/connections/callback", search: {}, replace: true });
    if (code === undefined || state === undefined) return;
    void (async () => {
      const { connectionId } = await finish.mutateAsync({ code, state });
      // Where this fails the connection is there all the same, and its card says what to do.
      await sync.mutateAsync({ connectionId }).catch(() => null);
      await utils.connections.invalidate();
      await navigate({ to: "/connections", replace: true });
    })().catch(() => null);
  });
  const problem = finish.isError
    ? toProblem(finish.error).message
    : error === "access_denied"
      ? "You did not consent, so nothing was connected."
      : code === undefined || state === undefined
        ? "Amazon gave nothing along that could be connected."
        : null;
  return (
    <div className="mx-auto max-w-3xl">
      <PageHeader title="Connecting Amazon Ads" />
      {problem === null ? (
        <SkeletonLines label={finish.isSuccess ? "Reading the instances" : "Connecting"} />
      ) : (
        <Notice
          look="warn"
          role="alert"
          title="Nothing was connected"
          actions={
            <Button asChild size="small">
              <Link to="/connections">Back to the connections</Link>
            </Button>
          }
        >
          {problem}
        </Notice>
      )}
    </div>
  );
}
