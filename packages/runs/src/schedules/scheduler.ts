import {
  ConflictException,
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  DeleteScheduleCommand,
  ResourceNotFoundException,
  type SchedulerClient,
  UpdateScheduleCommand,
} from "@aws-sdk/client-scheduler";
import type { ScheduleToCarry } from "@longhaul/db";
import type { SchedulerPlace } from "@longhaul/kit";
import { z } from "zod";

/** What keeps the time of schedules. */
export interface ScheduleClock {
  /** Makes it as it is to be, whatever it was. */
  put(schedule: ScheduleToCarry): Promise<void>;
  /** One that is not there is removed already. */
  remove(id: string): Promise<void>;
}

/** What a schedule calls the function `schedule-fired` with. */
export const firingSchema = z.object({ schedule: z.uuid(), time: z.iso.datetime() });
export type Firing = z.output<typeof firingSchema>;

/** EventBridge Scheduler as the clock. A firing that is an hour old says nothing worth starting any more. */
export function eventBridgeClock(client: SchedulerClient, place: SchedulerPlace): ScheduleClock {
  const inputOf = (schedule: ScheduleToCarry): CreateScheduleCommandInput => ({
    Name: schedule.id,
    GroupName: place.group,
    Description: schedule.name.slice(0, 512),
    ScheduleExpression: schedule.expression,
    ScheduleExpressionTimezone: schedule.timezone,
    State: schedule.paused ? "DISABLED" : "ENABLED",
    FlexibleTimeWindow: { Mode: "OFF" },
    Target: {
      Arn: place.functionArn,
      RoleArn: place.roleArn,
      Input: JSON.stringify({ schedule: schedule.id, time: "<aws.scheduler.scheduled-time>" }),
      RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 100 },
    },
  });
  return {
    async put(schedule) {
      const input = inputOf(schedule);
      try {
        await client.send(new UpdateScheduleCommand(input));
      } catch (error) {
        if (!(error instanceof ResourceNotFoundException)) throw error;
        await client.send(new CreateScheduleCommand(input)).catch((conflict: unknown) => {
          // Somebody else has just made it: as it is now, or the next pass carries the difference over.
          if (!(conflict instanceof ConflictException)) throw conflict;
          return client.send(new UpdateScheduleCommand(input));
        });
      }
    },
    async remove(id) {
      try {
        await client.send(new DeleteScheduleCommand({ Name: id, GroupName: place.group }));
      } catch (error) {
        if (!(error instanceof ResourceNotFoundException)) throw error;
      }
    },
  };
}
