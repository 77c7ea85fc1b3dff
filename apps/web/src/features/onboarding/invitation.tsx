import { Link } from "@tanstack/react-router";
import { Button } from "../../components/ui/button.js";
import { useMay } from "../settings/use-me.js";
import { useCompany } from "./use-company.js";

/** Shown to who may begin, until the wizard is done or the invitation is put away. */
export function Invitation() {
  const mayWrite = useMay("operator");
  const { query, save } = useCompany();
  const { data } = query;
  if (!mayWrite || !data || data.finishedAt || data.dismissedAt) return null;
  const begun = data.version > 0;
  return (
    <section
      aria-label="Invitation"
      className="mb-4 flex flex-wrap items-center gap-x-4 gap-y-2 rounded-lg border bg-surface px-4 py-3"
    >
      <p className="min-w-0 flex-1 basis-60">
        <span className="font-medium">
          {begun ? "You have begun to say who you are." : "Say who you are, and train your first twin."}
        </span>{" "}
        <span className="text-ink-soft">Six short steps, each kept as you go.</span>
      </p>
      <div className="flex gap-2">
        <Button asChild look="primary">
          <Link to="/onboarding">{begun ? "Go on" : "Begin"}</Link>
        </Button>
        <Button look="quiet" onClick={() => void save({ dismissed: true })}>
          Not now
        </Button>
      </div>
    </section>
  );
}
