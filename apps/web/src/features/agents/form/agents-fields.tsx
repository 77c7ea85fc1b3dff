import { maxAgents, minAgents } from "@longhaul/workflows/contracts";
import { Plus, Trash2 } from "lucide-react";
import { Button } from "../../../components/ui/button.js";
import { Input, Textarea } from "../../../components/ui/input.js";
import { hueOf } from "../talk.js";
import { SpeakerDot } from "../transcript/speaker.js";
import type { TalkForm } from "./use-talk-form.js";

/** Everybody who takes part: a row each, which becomes a card where there is little room. */
export function AgentsFields({ form }: { form: TalkForm }) {
  const { agents } = form.draft;
  const full = agents.length >= maxAgents;
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1 font-medium">
        Agents{" "}
        <span className="font-normal text-ink-soft tabular-nums">
          {agents.length} of {maxAgents}
        </span>
      </legend>
      <ol className="grid gap-2">
        {agents.map((_, index) => (
          <AgentRow key={agents[index]?.key} form={form} index={index} />
        ))}
      </ol>
      <div>
        <Button onClick={form.addAgent} disabled={full}>
          <Plus aria-hidden />
          Add an agent
        </Button>
      </div>
    </fieldset>
  );
}

function AgentRow({ form, index }: { form: TalkForm; index: number }) {
  const { draft, errors, setAgent, removeAgent } = form;
  const agent = draft.agents[index];
  if (!agent) return null;
  const number = index + 1;
  const control = (field: "name" | "role" | "position", label: string) => {
    const error = errors[`agents.${index}.${field}`];
    const id = `agent-${agent.key}-${field}`;
    return {
      error: error ? { id: `${id}-error`, text: error } : null,
      props: {
        "aria-label": `${label} of agent ${number}`,
        "aria-invalid": error ? (true as const) : undefined,
        "aria-describedby": error ? `${id}-error` : undefined,
        placeholder: label,
        value: agent[field],
        onChange: (event: { target: { value: string } }) =>
          setAgent(agent.key, { [field]: event.target.value }),
      },
    };
  };
  const [name, role, position] = [
    control("name", "Name"),
    control("role", "Role"),
    control("position", "Position"),
  ];
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] gap-2 rounded-lg border bg-surface p-2 @xl:grid-cols-[minmax(10rem,1fr)_minmax(0,2fr)_auto]">
      <div className="grid content-start gap-2 @max-xl:col-span-2">
        <div className="flex items-center gap-2">
          <SpeakerDot hue={hueOf(draft.agents, agent.name)} />
          <Input {...name.props} />
        </div>
        <Wrong error={name.error} />
        <Input {...role.props} />
        <Wrong error={role.error} />
      </div>
      <div className="grid content-start gap-1">
        <Textarea rows={3} {...position.props} />
        <Wrong error={position.error} />
      </div>
      <Button
        look="quiet"
        size="icon"
        aria-label={`Remove agent ${number}`}
        disabled={draft.agents.length <= minAgents}
        onClick={() => removeAgent(agent.key)}
      >
        <Trash2 aria-hidden />
      </Button>
    </li>
  );
}

function Wrong({ error }: { error: { id: string; text: string } | null }) {
  return error ? (
    <p id={error.id} className="text-sm text-bad">
      {error.text}
    </p>
  ) : null;
}
