import { Link } from "@tanstack/react-router";
import { Check } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "../../components/ui/button.js";
import { EmptyState } from "../../components/ui/empty-state.js";
import { Notice } from "../../components/ui/notice.js";
import { PageHeader, useTitle } from "../../components/ui/page-header.js";
import { ProblemView } from "../../components/ui/problem.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { cn } from "../../lib/cn.js";
import { useMay, useMe } from "../settings/use-me.js";
import { FirstTwin } from "./first-twin.js";
import { SourcesStep } from "./sources-step.js";
import { afterStep, beforeStep, farther, placeOf, steps, type StepName, stepOf } from "./steps.js";
import { TextStep, ToneStep } from "./text-steps.js";
import { useCompany } from "./use-company.js";
import { useDescription } from "./use-description.js";

/** Asks a new organisation for what it is, a step at a time; each step is kept, so that it can be left and gone on with. */
export function OnboardingPage() {
  useDescription("Tell Longhaul who you are and whom you speak to, and train your first digital twin.");
  const me = useMe();
  const mayWrite = useMay("operator");
  const [at, setAt] = useState<StepName | null>(null);
  const company = useCompany(() => setAt(null));
  const { query, save, saving, problem } = company;
  const { data } = query;
  if (query.error && !data) {
    return <ProblemView page what="The page" error={query.error} retry={() => void query.refetch()} />;
  }
  if (!data || !me.data) return <SkeletonLines label="Reading how far you are" count={4} />;
  if (!mayWrite) {
    return (
      <EmptyState page title="An operator of your organisation does this">
        Here they say who you are, and train the first twin.
      </EmptyState>
    );
  }
  const step = at ?? data.step;
  const go = (fields: Parameters<typeof save>[0]) => {
    const next = afterStep(step);
    void save({ ...fields, step: farther(next, data.step) });
    setAt(next);
  };
  const back = step === "company" ? undefined : () => setAt(beforeStep(step));
  return (
    <div className="mx-auto grid max-w-2xl gap-4">
      <PageHeader title="Welcome" />
      <Progress at={step} reached={data.step} onChoose={setAt} />
      {data.finishedAt && data.twinId && (
        <Notice look="info" title="Your first twin has been sent into training.">
          <Link to="/twins/$twinId" params={{ twinId: data.twinId }} className="link">
            See how it does
          </Link>
        </Notice>
      )}
      {problem && (
        <Notice role="alert" look="bad">
          {problem.message}
        </Notice>
      )}
      <section aria-labelledby="question" className="grid gap-4 rounded-lg border bg-surface p-4">
        <Question key={`question ${step}`} step={step} moved={at !== null} />
        {step === "tone" ? (
          <ToneStep
            key={data.version === 0 ? "new" : "kept"}
            tone={data.tone}
            onDone={(tone) => go({ tone })}
            back={back}
          />
        ) : step === "sources" ? (
          <SourcesStep sources={data.sources} onDone={(sources) => go({ sources })} back={back} />
        ) : step === "twin" ? (
          <FirstTwin company={data} saving={saving} back={back} />
        ) : (
          <TextStep
            key={step}
            step={step}
            value={data[step]}
            onDone={(value) => go({ [step]: value })}
            back={back}
          />
        )}
      </section>
      <p role="status" className="text-sm text-ink-soft">
        {saving
          ? "Saving..."
          : data.version > 0 && !problem
            ? "Saved. You can go on later, on any machine."
            : ""}
      </p>
    </div>
  );
}

/** The heading takes the focus when the step changes, so that it is read out. */
function Question({ step, moved }: { step: StepName; moved: boolean }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { label, question } = stepOf(step);
  useTitle(`${label} - Welcome`);
  useEffect(() => {
    if (moved) heading.current?.focus();
  }, [moved]);
  return (
    <h2 id="question" ref={heading} tabIndex={-1} className="text-lg font-semibold">
      {question}
    </h2>
  );
}

interface ProgressProps {
  at: StepName;
  reached: StepName;
  onChoose: (step: StepName) => void;
}

function Progress({ at, reached, onChoose }: ProgressProps) {
  const far = placeOf(reached);
  return (
    <nav aria-label="Steps">
      <ol className="flex flex-wrap gap-1">
        {steps.map(({ name, label }, place) => (
          <li key={name}>
            <Button
              size="small"
              look={name === at ? "plain" : "quiet"}
              aria-current={name === at ? "step" : undefined}
              disabled={place > far}
              onClick={() => onChoose(name)}
              className={cn(name === at && "border-accent")}
            >
              {place < far && <Check aria-hidden />}
              {place + 1}. {label}
              {place < far && <span className="sr-only"> (done)</span>}
            </Button>
          </li>
        ))}
      </ol>
    </nav>
  );
}
