import type { ColumnProfile, ColumnType } from "../../result.js";
import { type ColumnBudget, columnBudget, type Limits } from "../limits.js";
import { numberProfile, textProfile } from "../profile/column-profile.js";
import { NumberStats } from "../profile/number-stats.js";
import { TextStats } from "../profile/text-stats.js";
import { count, fileProblem } from "../problems.js";
import { type Family, familyOf, Kind } from "./cell.js";
import { inferType, type KindCounts, kindCounts } from "./infer.js";

/** A column's name with the type it is read as. */
export interface ColumnPlan {
  readonly name: string;
  readonly type: ColumnType;
  /**
   * Whether its cells are looked at to tell the type: always for numbers, dates and booleans; for text only
   * while too few values were seen to be sure that it is text.
   */
  readonly tracked: boolean;
}

export interface Column {
  readonly name: string;
  readonly plan: ColumnPlan;
  readonly family: Family;
  readonly counts: KindCounts;
  readonly numbers: NumberStats | null;
  readonly texts: TextStats | null;
  nulls: number;
}

/** What a cell of some kind means to a column of some family. */
export function fits(family: Family, kind: Kind): boolean {
  switch (family) {
    case "text":
      return true;
    case "number":
      return kind === Kind.Integer || kind === Kind.Decimal || kind === Kind.Code;
    case "boolean":
      return kind === Kind.Boolean;
    case "time":
      return kind === Kind.Date || kind === Kind.DateTime;
  }
}

/** The columns of a file while it is read: counts, and the profile of each over the accepted rows. */
export class Table {
  readonly columns: Column[] = [];
  rowsRead = 0;
  rowsAccepted = 0;
  private readonly limits: Limits;
  private readonly seed: number;

  constructor(plans: readonly ColumnPlan[], limits: Limits, seed: number) {
    this.limits = limits;
    this.seed = seed;
    for (const plan of plans) this.add(plan, columnBudget(plans.length));
  }

  get rowsRejected(): number {
    return this.rowsRead - this.rowsAccepted;
  }

  /** A column that first turns up in the middle of a JSON file. It may remember as much as the last of many. */
  addLate(name: string): Column {
    const budget = columnBudget(this.limits.maxColumns);
    const column = this.add({ name, type: "empty", tracked: true }, budget);
    column.nulls = this.rowsAccepted;
    return column;
  }

  /**
   * The types that the whole file speaks for. Text that was seen to be text stays text, since every value
   * is a good text.
   */
  verdict(): ColumnPlan[] {
    return this.columns.map(({ plan, counts }) => {
      const type = plan.tracked ? inferType(counts) : plan.type;
      return { name: plan.name, type, tracked: familyOf(type) !== "text" };
    });
  }

  profiles(types: readonly ColumnPlan[]): ColumnProfile[] {
    return this.columns.map(({ name, nulls, numbers, texts }, i) => {
      const facts = { name, type: (types[i] as ColumnPlan).type, nulls };
      return numbers ? numberProfile(facts, numbers) : textProfile(facts, texts as TextStats);
    });
  }

  private add(plan: ColumnPlan, budget: ColumnBudget): Column {
    const { maxColumns, maxNameLength } = this.limits;
    if (this.columns.length === maxColumns) {
      throw fileProblem(
        "TOO_MANY_COLUMNS",
        `This file has more than ${count(maxColumns)} columns, which is the most an import takes.`,
      );
    }
    if (plan.name.length > maxNameLength) {
      throw fileProblem(
        "NOT_A_TABLE",
        `A column name is longer than ${maxNameLength} characters ("${plan.name.slice(0, 40)}…"). The first line must hold the names of the columns.`,
      );
    }
    const family = familyOf(plan.type);
    const column: Column = {
      name: plan.name,
      plan,
      family,
      counts: kindCounts(),
      numbers: family === "text" ? null : new NumberStats(budget, this.seed),
      texts: family === "text" ? new TextStats(budget, this.seed) : null,
      nulls: 0,
    };
    this.columns.push(column);
    return column;
  }
}
