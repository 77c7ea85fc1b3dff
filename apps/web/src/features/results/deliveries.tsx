import type { Channel, Notification } from "@longhaul/kit";
import { CircleCheck, CircleX } from "lucide-react";
import { TimeAgo } from "../../components/ui/time.js";

const channelNames: Record<Channel, string> = { EMAIL: "Email", SMS: "SMS", PUSH: "Push message" };

/** Who was told about the run, how, and whether it went out. */
export function Deliveries({ notifications }: { notifications: readonly Notification[] }) {
  return (
    <ul>
      {notifications.map((notification) => (
        <Delivery key={notification.id} notification={notification} />
      ))}
    </ul>
  );
}

function Delivery({ notification }: { notification: Notification }) {
  const { channel, recipient, subject, body, status, error, createdAt } = notification;
  return (
    <li className="grid gap-1 border-b px-4 py-2.5 last:border-b-0">
      <p className="flex flex-wrap items-center gap-x-2">
        {status === "sent" ? (
          <span className="inline-flex items-center gap-1.5 font-medium text-good">
            <CircleCheck aria-hidden className="size-4" />
            Sent
          </span>
        ) : (
          <span className="inline-flex items-center gap-1.5 font-medium text-bad">
            <CircleX aria-hidden className="size-4" />
            Not sent
          </span>
        )}
        <span>
          {channelNames[channel]} to <span className="break-all">{recipient}</span>
        </span>
        <TimeAgo at={createdAt} className="ml-auto text-sm text-ink-soft" />
      </p>
      {error && <p className="text-bad">{error}</p>}
      <details>
        <summary className="w-fit text-sm text-ink-soft">The message</summary>
        <div className="mt-1 rounded-md border bg-sunken p-3">
          {subject && <p className="font-medium">{subject}</p>}
          <p className="break-words whitespace-pre-wrap">{body}</p>
        </div>
      </details>
    </li>
  );
}
