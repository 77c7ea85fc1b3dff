import { twinInstanceTypes } from "@longhaul/workflows/contracts";
import { Field } from "../../components/ui/field.js";
import { Checkbox, Input, Select } from "../../components/ui/input.js";
import { trpc } from "../../lib/trpc.js";
import type { TrainingSettings } from "./use-train.js";

interface TrainingOptionsProps {
  settings: TrainingSettings;
  onChange: (settings: TrainingSettings) => void;
}

/** What trains, and for how long; folded away, since the defaults will do. */
export function TrainingOptions({ settings, onChange }: TrainingOptionsProps) {
  const set = (change: Partial<TrainingSettings>) => onChange({ ...settings, ...change });
  return (
    <details className="rounded-lg border bg-surface px-4 py-2">
      <summary className="cursor-pointer font-medium">Training options</summary>
      <div className="grid gap-4 py-3 @xl:grid-cols-2">
        <Field label="Machine" required help="Those that begin with ml.g have a graphics processor.">
          {(control) => (
            <Select
              {...control}
              value={settings.instanceType}
              onChange={({ target }) => set({ instanceType: target.value })}
            >
              {twinInstanceTypes.map((type) => (
                <option key={type}>{type}</option>
              ))}
            </Select>
          )}
        </Field>
        <Count
          label="Machines"
          value={settings.instanceCount}
          min={1}
          max={4}
          onChange={(instanceCount) => set({ instanceCount })}
        />
        <Count
          label="Epochs"
          value={settings.epochs}
          min={3}
          max={60}
          onChange={(epochs) => set({ epochs })}
        />
        <Count
          label="Longest training, in seconds"
          value={settings.maxRuntimeSeconds}
          min={5}
          max={86_400}
          onChange={(maxRuntimeSeconds) => set({ maxRuntimeSeconds })}
        />
        <label className="flex items-start gap-2 @xl:col-span-2">
          <Checkbox
            checked={settings.spot}
            onChange={({ target }) => set({ spot: target.checked })}
            className="mt-0.5"
          />
          <span>
            Train on spot machines{" "}
            <span className="text-ink-soft">(cheaper; may be interrupted, and then goes on)</span>
          </span>
        </label>
        <Rehearsal settings={settings} set={set} />
      </div>
    </details>
  );
}

/** Only where the environment lets a start order failures. */
function Rehearsal({
  settings,
  set,
}: {
  settings: TrainingSettings;
  set: (change: Partial<TrainingSettings>) => void;
}) {
  const workflow = trpc.workflows.get.useQuery({ workflow: "digital-twin" }, { staleTime: Infinity });
  const properties = (workflow.data?.inputSchema as { properties?: object } | undefined)?.properties ?? {};
  if (!("simulation" in properties)) return null;
  const { simulation = {} } = settings;
  return (
    <>
      <Field label="Rehearse a failure">
        {(control) => (
          <Select
            {...control}
            value={simulation.training ?? ""}
            onChange={({ target: { value } }) =>
              set({
                simulation: {
                  ...simulation,
                  training: value === "fail" || value === "hang" ? value : undefined,
                },
              })
            }
          >
            <option value="">None</option>
            <option value="fail">The training fails</option>
            <option value="hang">The training never ends</option>
          </Select>
        )}
      </Field>
      <Count
        label="Rest after each epoch, in seconds"
        value={simulation.paceSeconds ?? 0}
        min={0}
        max={60}
        onChange={(paceSeconds) => set({ simulation: { ...simulation, paceSeconds } })}
      />
    </>
  );
}

interface CountProps {
  label: string;
  value: number;
  min: number;
  max: number;
  onChange: (value: number) => void;
}

function Count({ label, value, min, max, onChange }: CountProps) {
  return (
    <Field label={label} required>
      {(control) => (
        <Input
          {...control}
          type="number"
          min={min}
          max={max}
          value={Number.isNaN(value) ? "" : value}
          onChange={({ target }) => onChange(target.valueAsNumber)}
        />
      )}
    </Field>
  );
}
