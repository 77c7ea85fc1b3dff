import type { LinkProps } from "@tanstack/react-router";
import {
  BookOpen,
  CalendarClock,
  Database,
  Inbox,
  ListChecks,
  MailX,
  Megaphone,
  MessagesSquare,
  Play,
  Plug,
  Settings,
  Webhook,
} from "lucide-react";
import { Users } from "lucide-react";
import type { ComponentType } from "react";
import { ApprovalsBadge } from "../features/approvals/approvals-badge.js";

export interface Place {
  to: LinkProps["to"];
  label: string;
  Icon: ComponentType<{ className?: string }>;
  Badge?: ComponentType;
}

interface Group {
  title: string;
  places: readonly Place[];
}

/** Where one can go from every page. */
export const places: readonly Group[] = [
  {
    title: "Runs",
    places: [
      { to: "/", label: "Runs", Icon: ListChecks },
      { to: "/start", label: "Start", Icon: Play },
      { to: "/schedules", label: "Schedules", Icon: CalendarClock },
      { to: "/approvals", label: "Approvals", Icon: Inbox, Badge: ApprovalsBadge },
      { to: "/dead-letters", label: "Dead letters", Icon: MailX },
    ],
  },
  {
    title: "Make",
    places: [
      { to: "/storybook", label: "Storybook", Icon: BookOpen },
      { to: "/twins", label: "Twins", Icon: Users },
      { to: "/campaigns", label: "Campaigns", Icon: Megaphone },
      { to: "/agents", label: "Agents", Icon: MessagesSquare },
      { to: "/queries", label: "Queries", Icon: Database },
    ],
  },
  {
    title: "Organisation",
    places: [
      { to: "/connections", label: "Connections", Icon: Plug },
      { to: "/webhooks", label: "Webhooks", Icon: Webhook },
      { to: "/settings", label: "Settings", Icon: Settings },
    ],
  },
];
