import { randomUUID } from "node:crypto";
import type { MapRunSpec } from "../core/map-run.js";
import type { Command, MapRunAnswer } from "../core/turn.js";
import { StateFailure } from "../language/failure.js";
import type { ExecutionRow, MapRunRow, Store } from "../store/store.js";
import { noTallies, type Tallies } from "./map-run-counts.js";
import { MapRunInputs } from "./map-run-items.js";

/** A map run on its way, in memory: what it counts can be counted again from the store. */
export interface Run {
  row: MapRunRow;
  spec: MapRunSpec;
  parent: ExecutionRow;
  inputs: MapRunInputs;
  next: number;
  /** Children that are to be redriven. */
  again: ExecutionRow[];
  /** Children that run, by the execution's number. */
  live: Map<number, { items: number }>;
  ended: number;
  failedItems: number;
  /** What has become of those that have ended. */
  tallies: Tallies;
  /** It has been decided how it ends; what still runs is of no use. */
  over: boolean;
  /** Settles when its end is on disk. */
  closing: Promise<unknown> | null;
}

/** The row of a map run that begins. */
export function newRow(
  parent: ExecutionRow,
  { run, branch }: Extract<Command, { type: "startMapRun" }>,
  spec: MapRunSpec,
  { number, startedAt }: { number: number; startedAt: number },
): MapRunRow {
  return {
    number,
    arn: run.arn,
    execution: parent.number,
    executionArn: parent.arn,
    branch,
    run: run.id,
    status: "RUNNING",
    startedAt,
    stoppedAt: null,
    maxConcurrency: spec.maxConcurrency,
    toleratedCount: spec.toleratedCount ?? 0,
    toleratedPercentage: spec.toleratedPercentage ?? 0,
    items: null,
    children: null,
    error: null,
    cause: null,
    redriveCount: 0,
    parentRedrives: parent.redriveCount,
  };
}

export function newRun(store: Store, row: MapRunRow, spec: MapRunSpec, parent: ExecutionRow): Run {
  return {
    row,
    spec,
    parent,
    inputs: new MapRunInputs(store, row.number),
    next: 0,
    again: [],
    live: new Map(),
    ended: 0,
    failedItems: 0,
    tallies: noTallies(),
    over: false,
    closing: null,
  };
}

/** Whether more items have failed than are tolerated. */
export function exceeds({ row, failedItems, spec }: Run): boolean {
  if (failedItems === 0) return false;
  const { toleratedCount, toleratedPercentage } = spec;
  const byCount = toleratedCount !== null && failedItems > toleratedCount;
  const byPercentage =
    toleratedPercentage !== null && (failedItems / (row.items ?? 1)) * 100 > toleratedPercentage;
  return toleratedCount === null && toleratedPercentage === null ? true : byCount || byPercentage;
}

/** The execution for one item, or one batch of them. */
export function childRow(
  { parent, spec, row }: Run,
  child: { number: number; index: number; items: number; input: string; startedAt: number },
): ExecutionRow {
  const { number, index, items, input, startedAt } = child;
  const [, partition, , region, account] = parent.machineArn.split(":");
  const base = `arn:${partition}:states:${region}:${account}`;
  const name = randomUUID();
  const path = `${parent.machineName}/${spec.label}:${name}`;
  const express = spec.executionType === "EXPRESS";
  return {
    ...parent,
    number,
    name,
    arn: express ? `${base}:express:${path}:${randomUUID()}` : `${base}:execution:${path}`,
    machineArn: `${base}:stateMachine:${parent.machineName}/${spec.label}`,
    versionArn: null,
    aliasArn: null,
    type: spec.executionType,
    region: spec.region,
    input,
    startedAt,
    startedBy: null,
    mapRun: { number: row.number, arn: row.arn, index, items },
    status: "RUNNING",
    stoppedAt: null,
    output: null,
    error: null,
    cause: null,
    redriveCount: 0,
    redrivenAt: null,
  };
}

/** How a map run ends that an error ended. */
export function failureOf(error: unknown): Extract<MapRunAnswer, { kind: "failed" }> {
  if (error instanceof StateFailure) return { kind: "failed", error: error.error, cause: error.message };
  return {
    kind: "failed",
    error: "States.Runtime",
    cause: error instanceof Error ? error.message : String(error),
  };
}
