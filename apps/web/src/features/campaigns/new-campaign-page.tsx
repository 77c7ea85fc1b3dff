import { PageHeader } from "../../components/ui/page-header.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { useMay, useMe } from "../settings/use-me.js";
import { CampaignForm } from "./form/campaign-form.js";

/** Where a campaign is planned. */
export function NewCampaignPage() {
  const me = useMe();
  const mayStart = useMay("operator");
  return (
    <div className="mx-auto max-w-3xl">
      <PageHeader title="New campaign" />
      <p className="mb-4 text-ink-soft">
        Drafts are written for each channel and segment, and read to your twins. Nothing is sent before you
        have approved it.
      </p>
      {!me.data ? (
        <SkeletonLines label="Reading the form" count={4} />
      ) : mayStart ? (
        <CampaignForm />
      ) : (
        <p className="text-ink-soft">Your role looks at campaigns; an operator starts them.</p>
      )}
    </div>
  );
}
