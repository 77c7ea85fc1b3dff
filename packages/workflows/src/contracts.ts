import { dataImport } from "./data-import/contract.js";

/** Every workflow's contract by name. Light: imports zod and the kit's contract helpers only. */
export const contracts = {
  "data-import": dataImport,
} as const;

export type WorkflowName = keyof typeof contracts;

export { dataImport };
export type { DataImportInput, DataImportOutput } from "./data-import/contract.js";
export type { ColumnProfile, ColumnType, ImportResult, NotificationSummary } from "./data-import/result.js";
