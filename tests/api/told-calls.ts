import { roleAtLeast, type Role } from "@longhaul/kit";
import type { ApiWorld, Member } from "./api-world.js";

type Call = { needs: Role | "token"; call: (member: Member | null) => Promise<unknown> };

/** A schedule and a webhook of "ours", and every procedure of both called on them. */
export function openTold(world: () => ApiWorld) {
  let scheduleId = "";
  let webhookId = "";
  let deliveryId = "";
  const http = (member: Member | null) => world().clients.http(member);
  const when = { cron: "0 9 * * *", timezone: "UTC" };
  const storyInput = {
    ...{ childName: "Ada", summary: "A red house under a big yellow sun.", mood: "cheerful" },
    ...{ elements: [], colours: [] },
  };
  const schedule = { name: "Secret schedule", workflow: "story", input: storyInput, ...when };
  const webhook = { name: "Secret webhook", url: "https://example.org/hook", kinds: ["run.failed" as const] };

  /** One that may be deleted, of a member who may make one; else the one of ours. */
  const spare = async (
    member: Member | null,
    needs: Role,
    make: () => Promise<{ id: string }>,
    other: string,
  ) =>
    member && roleAtLeast(member.role, needs) && member.organisationId === world().ours.id
      ? (await make()).id
      : other;

  const calls: Record<string, Call> = {
    "schedules.list": { needs: "viewer", call: (member) => http(member).schedules.list.query() },
    "schedules.get": {
      needs: "viewer",
      call: (member) => http(member).schedules.get.query({ id: scheduleId }),
    },
    "schedules.preview": {
      needs: "token",
      call: async (member) => (await http(member).schedules.preview.query(when)).next.length,
    },
    "schedules.save": {
      needs: "operator",
      call: (member) => http(member).schedules.save.mutate({ id: scheduleId, ...schedule }),
    },
    "schedules.pause": {
      needs: "operator",
      call: (member) => http(member).schedules.pause.mutate({ id: scheduleId, paused: false }),
    },
    "schedules.remove": {
      needs: "operator",
      call: async (member) => {
        const make = () => http(member).schedules.save.mutate(schedule);
        return http(member).schedules.remove.mutate({
          id: await spare(member, "operator", make, scheduleId),
        });
      },
    },
    "schedules.runNow": {
      needs: "operator",
      call: (member) => http(member).schedules.runNow.mutate({ id: scheduleId }),
    },
    "webhooks.list": { needs: "viewer", call: (member) => http(member).webhooks.list.query() },
    "webhooks.deliveries": { needs: "viewer", call: (member) => http(member).webhooks.deliveries.query({}) },
    "webhooks.save": {
      needs: "admin",
      call: (member) => http(member).webhooks.save.mutate({ id: webhookId, ...webhook }),
    },
    "webhooks.rotate": {
      needs: "admin",
      call: (member) => http(member).webhooks.rotate.mutate({ id: webhookId }),
    },
    "webhooks.test": {
      needs: "admin",
      call: (member) => http(member).webhooks.test.mutate({ id: webhookId }),
    },
    "webhooks.replay": {
      needs: "admin",
      call: (member) => http(member).webhooks.replay.mutate({ id: deliveryId }),
    },
    "webhooks.remove": {
      needs: "admin",
      call: async (member) => {
        const make = () => http(member).webhooks.save.mutate(webhook);
        return http(member).webhooks.remove.mutate({ id: await spare(member, "admin", make, webhookId) });
      },
    },
  };

  return {
    calls,
    /** What who is not of "ours" hears. */
    refusals: (role: Role): Record<string, string> => {
      const scheduleGone = roleAtLeast(role, "operator") ? "SCHEDULE_NOT_FOUND" : "ROLE_TOO_LOW";
      const webhookGone = roleAtLeast(role, "admin") ? "WEBHOOK_NOT_FOUND" : "ROLE_TOO_LOW";
      return {
        "schedules.get": "SCHEDULE_NOT_FOUND",
        "schedules.save": scheduleGone,
        "schedules.pause": scheduleGone,
        "schedules.remove": scheduleGone,
        "schedules.runNow": scheduleGone,
        "webhooks.save": webhookGone,
        "webhooks.rotate": webhookGone,
        "webhooks.test": webhookGone,
        "webhooks.remove": webhookGone,
        "webhooks.replay": roleAtLeast(role, "admin") ? "DELIVERY_NOT_FOUND" : "ROLE_TOO_LOW",
      };
    },
    harmless: { "schedules.list": [], "webhooks.list": [], "webhooks.deliveries": [] },
    async make(): Promise<void> {
      const { ours } = world();
      scheduleId = (await http(ours.operator).schedules.save.mutate(schedule)).id;
      webhookId = (await http(ours.admin).webhooks.save.mutate(webhook)).id;
      deliveryId = (await http(ours.admin).webhooks.test.mutate({ id: webhookId })).deliveryId;
    },
  };
}
