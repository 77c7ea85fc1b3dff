import { type Tone, tones } from "@longhaul/workflows/contracts";
import { type FormEvent, type ReactNode, useState } from "react";
import { Button } from "../../components/ui/button.js";
import { Field } from "../../components/ui/field.js";
import { Input, Textarea } from "../../components/ui/input.js";

type TextName = "company" | "industry" | "audience";

const texts: Record<TextName, { label: string; help: string; most: number; missing: string }> = {
  company: {
    label: "Name",
    help: "As it stands under your messages.",
    most: 80,
    missing: "Say what the company is called.",
  },
  industry: {
    label: "Industry",
    help: "In a few words, like: seeds and garden tools by post.",
    most: 80,
    missing: "Say what it does.",
  },
  audience: {
    label: "Audience",
    help: "Who they are, and what moves them.",
    most: 300,
    missing: "Say whom it speaks to.",
  },
};

interface StepProps {
  back: (() => void) | undefined;
}

/** The buttons under each step. */
export function StepButtons({
  back,
  next = "Continue",
  busy = false,
}: StepProps & { next?: string; busy?: boolean }) {
  return (
    <div className="flex gap-2">
      {back && <Button onClick={back}>Back</Button>}
      <Button type="submit" look="primary" disabled={busy}>
        {next}
      </Button>
    </div>
  );
}

export function StepForm({ onSubmit, children }: { onSubmit: () => void; children: ReactNode }) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <form noValidate onSubmit={submit} className="grid gap-4">
      {children}
    </form>
  );
}

interface TextStepProps extends StepProps {
  step: TextName;
  value: string;
  onDone: (value: string) => void;
}

export function TextStep({ step, value, onDone, back }: TextStepProps) {
  const { label, help, most, missing } = texts[step];
  const [text, setText] = useState(value);
  const [error, setError] = useState<string>();
  const submit = () => {
    const trimmed = text.trim();
    if (trimmed === "") setError(missing);
    else onDone(trimmed);
  };
  const change = (next: string) => {
    setText(next);
    setError(undefined);
  };
  return (
    <StepForm onSubmit={submit}>
      <Field label={label} required help={help} error={error}>
        {(control) =>
          step === "audience" ? (
            <Textarea
              {...control}
              value={text}
              maxLength={most}
              onChange={({ target }) => change(target.value)}
            />
          ) : (
            <Input
              {...control}
              value={text}
              maxLength={most}
              onChange={({ target }) => change(target.value)}
            />
          )
        }
      </Field>
      <StepButtons back={back} />
    </StepForm>
  );
}

const toneWords: Record<Tone, { label: string; sounds: string }> = {
  friendly: { label: "Friendly", sounds: "Hello! Have a look, and tell us what you think." },
  formal: { label: "Formal", sounds: "We would be glad to hear from you." },
  playful: { label: "Playful", sounds: "Come and see; we kept a place for you." },
  plain: { label: "Plain", sounds: "Answer this message if you want to know more." },
};

export const toneLabel = (tone: string): string => toneWords[tone as Tone]?.label ?? tone;

export function ToneStep({ tone, onDone, back }: StepProps & { tone: string; onDone: (tone: Tone) => void }) {
  const [chosen, setChosen] = useState<Tone>(tones.find((known) => known === tone) ?? "friendly");
  return (
    <StepForm onSubmit={() => onDone(chosen)}>
      <fieldset className="grid gap-2">
        <legend className="sr-only">Tone</legend>
        {tones.map((value) => (
          <label
            key={value}
            className="flex cursor-pointer items-start gap-3 rounded-md border px-3 py-2 has-checked:border-accent has-checked:bg-sunken"
          >
            <input
              type="radio"
              name="tone"
              value={value}
              checked={chosen === value}
              onChange={() => setChosen(value)}
              className="mt-1"
            />
            <span className="grid">
              <span className="font-medium">{toneWords[value].label}</span>
              <span className="text-ink-soft">"{toneWords[value].sounds}"</span>
            </span>
          </label>
        ))}
      </fieldset>
      <StepButtons back={back} />
    </StepForm>
  );
}
