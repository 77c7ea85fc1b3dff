import type { MachineRow, VersionRow } from "../store/store.js";
import { aliasesOfVersion } from "./aliases.js";
import { type Context, type Operation, seconds } from "./context.js";
import { conflict, invalid, quotaExceeded } from "./errors.js";
import { findMachine, findUnqualified, versionArn } from "./machine-lookup.js";
import { isNumber, page, pageSize, readToken } from "./paging.js";

const MOST_VERSIONS = 1_000;

/** Publishes a machine's current revision. The revision that was published last is not published twice. */
export async function publish(
  context: Context,
  machine: MachineRow,
  description: string,
): Promise<VersionRow> {
  const last = context.store.get("versions", [machine.id, machine.lastVersion]);
  if (last?.revisionId === machine.revisionId) return last;
  assertRoom(context, machine);
  const number = machine.lastVersion + 1;
  const version = { number, revisionId: machine.revisionId, description, createdAt: context.clock.now() };
  await context.store.write([
    { table: "versions", key: [machine.id, number], value: version },
    { table: "machines", key: machine.name, value: { ...machine, lastVersion: number } },
  ]);
  return version;
}

function assertRoom(context: Context, { id, lastVersion }: MachineRow): void {
  if (lastVersion < MOST_VERSIONS) return;
  const versions = [...context.store.range("versions", { start: [id, 0], end: [id, lastVersion + 1] })];
  if (versions.length >= MOST_VERSIONS)
    throw quotaExceeded(`A state machine can have no more than ${MOST_VERSIONS} versions`);
}

/** PublishStateMachineVersion. */
export const publishStateMachineVersion: Operation = (context, request) => {
  const arn = request.string("stateMachineArn", { min: 1, max: 256 });
  const description = request.optionalString("description", { max: 256 }) ?? "";
  const revisionId = request.optionalString("revisionId");
  const { name } = findUnqualified(context, arn);
  return context.mutex.run(`machine ${name}`, async () => {
    const machine = findUnqualified(context, arn);
    if (revisionId !== undefined && revisionId !== machine.revisionId)
      throw conflict("The revision id is not that of the state machine's current revision");
    const version = await publish(context, machine, description);
    return { creationDate: seconds(version.createdAt), stateMachineVersionArn: versionArn(machine, version) };
  });
};

/** ListStateMachineVersions, newest first. */
export const listStateMachineVersions: Operation = (context, request) => {
  const { machine } = findMachine(context, request.string("stateMachineArn", { min: 1, max: 256 }));
  const limit = pageSize(request.optionalInteger("maxResults", { min: 0, max: 1000 }));
  const from = readToken(request, isNumber) ?? machine.lastVersion;
  const rows = context.store.range("versions", {
    start: [machine.id, from],
    end: [machine.id, 0],
    reverse: true,
  });
  const { items, nextToken } = page(rows, limit, ({ value }) => value.number);
  const stateMachineVersions = items.map(({ value }) => ({
    stateMachineVersionArn: versionArn(machine, value),
    creationDate: seconds(value.createdAt),
  }));
  return { stateMachineVersions, ...(nextToken === undefined ? {} : { nextToken }) };
};

/** DeleteStateMachineVersion. One that is not there is no error. */
export const deleteStateMachineVersion: Operation = async (context, request) => {
  const arn = request.string("stateMachineVersionArn", { min: 1, max: 2000 });
  const { name, version } = context.arns.parseMachine(arn);
  if (version === null) throw invalid(`'${arn}' is not the ARN of a state machine version`);
  return context.mutex.run(`machine ${name}`, async () => {
    const machine = context.store.get("machines", name);
    if (machine === undefined) return {};
    const aliases = aliasesOfVersion(context, machine, arn).map((alias) => alias.name);
    if (aliases.length > 0)
      throw conflict(
        `Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [${aliases.join(", ")}]`,
      );
    await context.store.write([{ table: "versions", key: [machine.id, version], remove: true }]);
    return {};
  });
};
