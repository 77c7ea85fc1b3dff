import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "../../components/ui/button.js";
import { EmptyState } from "../../components/ui/empty-state.js";
import { Select } from "../../components/ui/input.js";
import { ProblemView } from "../../components/ui/problem.js";
import { SkeletonLines } from "../../components/ui/skeleton.js";
import { type Outputs, trpc } from "../../lib/trpc.js";
import { DeliveryRow } from "./delivery-row.js";
import { deliveryStatuses, parseDeliverySearch, sentKinds } from "./delivery-search.js";

const pageSize = 50;
const route = getRouteApi("/app/webhooks");

/** Each message to the organisation's webhooks, the newest first; the filter is the URL. */
export function DeliveryLog({ webhooks }: { webhooks: Outputs["webhooks"]["list"] }) {
  const { webhook: asked, ...search } = route.useSearch();
  // One that was deleted meanwhile narrows nothing.
  const webhook = webhooks.find(({ id }) => id === asked)?.id;
  const navigate = route.useNavigate();
  const [limit, setLimit] = useState(pageSize);
  const { data, error, refetch } = trpc.webhooks.deliveries.useQuery(
    { ...search, webhookId: webhook, limit },
    { refetchInterval: 2_000, placeholderData: (before) => before },
  );
  const narrow = (change: { webhook?: string; status?: string; kind?: string }) =>
    void navigate({
      search: (all) => parseDeliverySearch({ ...all, ...change }),
      replace: true,
      resetScroll: false,
    });
  const narrowed = webhook !== undefined || Object.keys(search).length > 0;
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
          chosen={webhook}
          choose={(id) => narrow({ webhook: id })}
        />
        <Choice
          label="State"
          options={deliveryStatuses}
          chosen={search.status}
          choose={(status) => narrow({ status })}
        />
        <Choice label="Event" options={sentKinds} chosen={search.kind} choose={(kind) => narrow({ kind })} />
      </div>
      {error && !data ? (
        <ProblemView what="The deliveries" error={error} retry={() => void refetch()} />
      ) : !data ? (
        <SkeletonLines label="Reading the deliveries" />
      ) : data.length === 0 ? (
        <EmptyState title={narrowed ? "No message matches this filter" : "No messages"}>
          What is sent is listed here for thirty days.
        </EmptyState>
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
  chosen: string | undefined;
  choose: (option: string) => void;
}

function Choice({ label, options, chosen, choose }: ChoiceProps) {
  return (
    <label className="grid gap-1 text-sm">
      {label}
      <Select value={chosen ?? ""} onChange={(event) => choose(event.target.value)}>
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
