import { useMyApprovalCount } from "./use-approvals.js";

/** How many decisions wait for the signed-in person, beside the page's name; nothing for none. */
export function ApprovalsBadge() {
  const count = useMyApprovalCount();
  if (count === 0) return null;
  return (
    <span className="ml-auto min-w-5 rounded-full bg-accent px-1.5 text-center text-sm text-on-accent tabular-nums">
      {count > 99 ? "99+" : count}
      <span className="sr-only"> waiting for you</span>
    </span>
  );
}
