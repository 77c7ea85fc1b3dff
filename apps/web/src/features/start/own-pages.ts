import type { LinkProps } from "@tanstack/react-router";

interface OwnPage {
  readonly to: NonNullable<LinkProps["to"]>;
  /** As the navigation calls the place that it belongs to. */
  readonly place: string;
}

/** Where a workflow is begun that has a page of its own; the others begin by the form of their contract. */
const ownPages: Partial<Record<string, OwnPage>> = {
  storybook: { to: "/storybook", place: "Storybook" },
  "digital-twin": { to: "/twins/new", place: "Twins" },
  "twin-answer": { to: "/twins", place: "Twins" },
  "twin-removal": { to: "/twins", place: "Twins" },
  campaign: { to: "/campaigns/new", place: "Campaigns" },
  "query-run": { to: "/queries", place: "Queries" },
  simulation: { to: "/agents", place: "Agents" },
  panel: { to: "/agents", place: "Agents" },
  discussion: { to: "/agents", place: "Agents" },
};

/** The page that a workflow has of its own; undefined where the form of its contract is all there is. */
export const ownPageOf = (workflow: string): OwnPage | undefined => ownPages[workflow];
