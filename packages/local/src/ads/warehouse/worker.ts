// The process of the advertising tables: queries compute here, so that the servers stay responsive, and whatever one does
// to it ends with it.
import { Warehouse } from "./engine.js";
import type { Order, Report } from "./messages.js";
import { QueryError } from "./query-error.js";

function report(message: Report): void {
  if (process.connected) process.send?.(message);
}

let opening: Promise<Warehouse> | undefined;

async function follow(order: Order): Promise<void> {
  if (order.type === "open") {
    opening = Warehouse.open(order.file, order.plan, order.memory);
    await opening;
    return report({ type: "ready" });
  }
  const warehouse = await opening;
  if (!warehouse) throw new Error("The warehouse was not opened.");
  if (order.type === "columns") return report({ type: "columns", columns: await warehouse.columns() });
  if (order.type === "cancel") return warehouse.cancel(order.id);
  try {
    report({ type: "done", id: order.id, ...(await warehouse.query(order)) });
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    report({ type: "refused", id: order.id, message: error.message });
  }
}

process.on("message", (order: Order) => {
  follow(order).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  });
});
process.on("disconnect", () => process.exit(0));
