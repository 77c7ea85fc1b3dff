import { defineMachine, eq } from "@longhaul/kit/machine";
import { queryRun } from "./contract.js";
import { cancelQuery } from "./steps/cancel-query.js";
import { fetchResult } from "./steps/fetch.js";
import { poll } from "./steps/poll.js";
import { render } from "./steps/render.js";
import { store } from "./steps/store.js";
import { submit } from "./steps/submit.js";

/** AMC ends an execution after six hours; this waits a little longer. */
const deadlineSeconds = 6.5 * 3_600;

export const queryRunMachine = defineMachine(queryRun, (flow) =>
  flow
    .step(render, ({ input }) => ({
      instanceId: input.instanceId,
      sql: input.sql,
      parameterSchema: input.parameterSchema,
      parameters: input.parameters,
    }))
    .step(
      submit,
      ({ input, render: rendered }) => ({
        connectionId: rendered.connectionId,
        amcInstanceId: rendered.amcInstanceId,
        accountId: rendered.accountId,
        marketplaceId: rendered.marketplaceId,
        sql: rendered.sql,
        timeWindow: input.timeWindow,
      }),
      { compensate: cancelQuery },
    )
    .poll(
      poll,
      ({ input, render: rendered, submit: submitted }) => ({
        connectionId: rendered.connectionId,
        amcInstanceId: rendered.amcInstanceId,
        accountId: rendered.accountId,
        marketplaceId: rendered.marketplaceId,
        sql: rendered.sql,
        timeWindow: input.timeWindow,
        executionId: submitted.executionId,
        submittedAt: submitted.submittedAt,
      }),
      {
        until: ({ poll: told }) => eq(told.over, true),
        interval: ({ poll: told }) => told.waitSeconds,
        deadline: deadlineSeconds,
      },
    )
    .step(fetchResult, ({ render: rendered, poll: told }) => ({
      connectionId: rendered.connectionId,
      amcInstanceId: rendered.amcInstanceId,
      accountId: rendered.accountId,
      marketplaceId: rendered.marketplaceId,
      executionId: told.executionId,
    }))
    .step(store, ({ fetch: fetched }) => ({ artifactId: fetched.artifactId }))
    .succeed(
      "QueryDone",
      ({ render: rendered, submit: submitted, poll: told, fetch: fetched, store: stored }) => ({
        artifactId: fetched.artifactId,
        rows: stored.rows,
        bytes: fetched.bytes,
        columns: stored.columns,
        preview: stored.preview,
        parts: fetched.parts,
        amcExecutionId: told.executionId,
        amcInstanceId: rendered.amcInstanceId,
        instanceName: rendered.instanceName,
        timeWindow: { start: submitted.start, end: submitted.end },
        sql: rendered.sql,
        queryMs: told.elapsedMs,
      }),
    ),
);
