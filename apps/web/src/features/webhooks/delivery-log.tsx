import { useState } from "react";
import { Button } from "../../components/ui/button.js";
import { EmptyState } from "../../components/ui/empty-state.js";
import { Select } from "../../components/ui/input.js";
import { ProblemView } from "../../components/ui/problem.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { type Outputs, trpc } from "../../lib/trpc.js";
import { DeliveryRow } from "./delivery-row.js";
import { type Kind, kinds } from "./kinds.js";

interface Filter {
  webhookId?: string | undefined;
  status?: Outputs["webhooks"]["deliveries"][number]["status"] | undefined;
  kind?: Kind | "webhook.test" | undefined;
}

const pageSize = 50;
const statuses = [
  ["waiting", "Waiting"],
  ["delivered", "Delivered"],
  ["failed", "Failed"],
] as const;

/** Each message to the organisation's webhooks, the newest first. */
export function DeliveryLog({ webhooks }: { webhooks: Outputs["webhooks"]["list"] }) {
  const [filter, setFilter] = useState<Filter>({});
  const [limit, setLimit] = useState(pageSize);
  const { data, error, refetch } = trpc.webhooks.deliveries.useQuery(
    { ...filter, limit },
    { refetchInterval: 2_000, placeholderData: (before) => before },
  );
  const narrow = (change: Filter) => setFilter((all) => ({ ...all, ...change }));
  const nameOf = (id: string) => webhooks.find((webhook) => webhook.id === id)?.name ?? "";
  return (
    <section aria-labelledby="deliveries" className="mt-8">
      <h2 id="deliveries" className="mb-3 text-lg font-semibold">
        Deliveries
      </h2>
      <div className="mb-3 grid gap-2 @xl:grid-cols-3">
        <Choice
          label="Webhook"
          options={webhooks.map(({ id, name }) => [id, name] as const)}
          choose={(webhookId) => narrow({ webhookId })}
        />
        <Choice
          label="State"
          options={statuses}
          choose={(status) => narrow({ status: status as Filter["status"] })}
        />
        <Choice
          label="Event"
          options={[...kinds, ["webhook.test", "A test"]]}
          choose={(kind) => narrow({ kind: kind as Filter["kind"] })}
        />
      </div>
      {error && !data ? (
        <ProblemView what="The deliveries" error={error} retry={() => void refetch()} />
      ) : !data ? (
        <SkeletonLines label="Reading the deliveries" />
      ) : data.length === 0 ? (
        <EmptyState title="No messages">What is sent is listed here for thirty days.</EmptyState>
      ) : (
        <ul className="divide-y rounded-lg border bg-surface">
          {data.map((delivery) => (
            <DeliveryRow key={delivery.id} delivery={delivery} webhook={nameOf(delivery.webhookId)} />
          ))}
        </ul>
      )}
      {data && data.length === limit && limit < 100 && (
        <Button className="mt-3" onClick={() => setLimit(100)}>
          Show older ones
        </Button>
      )}
    </section>
  );
}

interface ChoiceProps {
  label: string;
  options: readonly (readonly [string, string])[];
  choose: (option: string | undefined) => void;
}

function Choice({ label, options, choose }: ChoiceProps) {
  return (
    <label className="grid gap-1 text-sm">
      {label}
      <Select onChange={(event) => choose(event.target.value || undefined)}>
        <option value="">All</option>
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </Select>
    </label>
  );
}
