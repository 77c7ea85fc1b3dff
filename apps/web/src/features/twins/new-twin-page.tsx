import { PageHeader } from "../../components/ui/page-header.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { useMay, useMe } from "../settings/use-me.js";
import { TwinForm } from "./twin-form.js";

/** Where documents become a twin. */
export function NewTwinPage() {
  const me = useMe();
  const mayTrain = useMay("operator");
  return (
    <div className="mx-auto max-w-2xl">
      <PageHeader title="New twin" />
      <p className="mb-4 text-ink-soft">
        A twin reads what you give it and then answers questions from it, always with its sources. The
        training goes on while you are away.
      </p>
      {!me.data ? (
        <SkeletonLines label="Reading the form" count={4} />
      ) : mayTrain ? (
        <TwinForm twin={null} submitLabel="Train the twin" />
      ) : (
        <p className="text-ink-soft">Your role looks at twins and asks nothing; an operator trains them.</p>
      )}
    </div>
  );
}
