import { defineMachine, eq } from "@longhaul/kit/machine";
import { dataImport } from "./contract.js";
import { processData } from "./steps/process-data.js";
import { sendNotification } from "./steps/send-notification.js";

export const dataImportMachine = defineMachine(dataImport, (flow) =>
  flow
    .step(
      processData,
      ({ input }) => ({
        file: input.file,
        maxRejectedShare: input.maxRejectedShare,
        simulation: input.simulation,
      }),
      { catch: (caught, error) => caught.fail("ProcessingFailed", error) },
    )
    .choice("CheckStatus", (check) =>
      check
        .when(
          ({ processData: read }) => eq(read.outcome, "accepted"),
          (accepted) =>
            accepted.step(
              sendNotification,
              ({ input, processData: read }) => ({
                importName: input.name,
                summary: read.summary,
                priority: input.priority,
                channel: input.channel,
                simulation: input.simulation,
              }),
              { catch: (caught, error) => caught.fail("NotificationFailed", error) },
            ),
        )
        .otherwise((rejected) =>
          rejected.fail("ProcessingFailed", ({ processData: read }) => ({
            code: "TOO_MANY_REJECTED_ROWS",
            message: read.summary,
          })),
        ),
    )
    .succeed("WorkflowCompleted", ({ processData: read, sendNotification: notification }) => ({
      outcome: read.outcome,
      summary: read.summary,
      fileName: read.fileName,
      format: read.format,
      compression: read.compression,
      encoding: read.encoding,
      delimiter: read.delimiter,
      sha256: read.sha256,
      bytes: read.bytes,
      inflatedBytes: read.inflatedBytes,
      durationMs: read.durationMs,
      rowsRead: read.rowsRead,
      rowsAccepted: read.rowsAccepted,
      rowsRejected: read.rowsRejected,
      rejectedShare: read.rejectedShare,
      rejectedArtifactId: read.rejectedArtifactId,
      rejectedListed: read.rejectedListed,
      profileArtifactId: read.profileArtifactId,
      columnCount: read.columnCount,
      columns: read.columns,
      cut: read.cut,
      notification,
    })),
);
