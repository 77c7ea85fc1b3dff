import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Facts } from "../../components/ui/facts.js";
import { Field } from "../../components/ui/field.js";
import { Input } from "../../components/ui/input.js";
import { Notice } from "../../components/ui/notice.js";
import { toProblem } from "../../lib/errors.js";
import { trpc } from "../../lib/trpc.js";
import { createKeys } from "../start/start-run.js";
import { StepButtons, StepForm, toneLabel } from "./text-steps.js";
import type { Company } from "./use-company.js";

interface FirstTwinProps {
  company: Company;
  saving: boolean;
  back: (() => void) | undefined;
}

/** All that was said once more, and the button that starts the training. */
export function FirstTwin({ company, saving, back }: FirstTwinProps) {
  const utils = trpc.useUtils();
  const navigate = useNavigate();
  const [name, setName] = useState((company.audience.split(/[,.;\n]/)[0] ?? "").trim().slice(0, 80));
  const [keyOf] = useState(createKeys);
  const finish = trpc.company.finish.useMutation({
    onSuccess: async ({ twinId }) => {
      void utils.company.invalidate();
      void utils.twins.invalidate();
      await navigate({ to: "/twins/$twinId", params: { twinId } });
    },
  });
  const problem = finish.error && toProblem(finish.error);
  const nameIssue = problem?.issues.find(({ path }) => path.includes("name"))?.message;
  const { sources } = company;
  const read = [
    sources.files.length > 0 && sources.files.map((file) => file.name).join(", "),
    sources.text !== "" && `${sources.text.length.toLocaleString("en")} characters of text`,
  ];
  return (
    <StepForm onSubmit={() => finish.mutate({ name, idempotencyKey: keyOf({ name, sources }) })}>
      <Facts
        facts={[
          ["Company", company.company],
          ["Industry", company.industry],
          ["Audience", company.audience],
          ["Tone", toneLabel(company.tone)],
          ["Sources", read.filter(Boolean).join(" and ") || "None yet"],
        ]}
      />
      {problem && !nameIssue && (
        <Notice role="alert" look="bad">
          {problem.issues[0]?.message ?? problem.message}
        </Notice>
      )}
      <Field label="Name of the twin" required help="Whom it stands for." error={nameIssue}>
        {(control) => (
          <Input {...control} value={name} maxLength={80} onChange={({ target }) => setName(target.value)} />
        )}
      </Field>
      <StepButtons
        back={back}
        busy={finish.isPending || saving}
        next={finish.isPending ? "Starting..." : "Train the first twin"}
      />
    </StepForm>
  );
}
