import { randomUUID } from "node:crypto";
import { AwsError } from "../aws-error.js";
import type { MachineRow, RevisionRow, Write } from "../store/store.js";
import { aliasesOf } from "./aliases.js";
import { type Context, type Operation, seconds } from "./context.js";
import { assertDefinition, readDefinition, readType, referencesOf } from "./definition.js";
import { invalid } from "./errors.js";
import { runningOf } from "./list-executions.js";
import { findMachine, findUnqualified, versionArn } from "./machine-lookup.js";
import { readSettings, type Settings, withDefaults } from "./machine-settings.js";
import { assertName, assertRole } from "./names.js";
import { page, pageSize, readToken } from "./paging.js";
import { includesData, type Request } from "./request.js";
import { readTags } from "./tags.js";
import { publish } from "./versions.js";

/** CreateStateMachine: the same request again answers as the first did; another one under the name is refused. */
export const createStateMachine: Operation = async (context, request) => {
  const name = request.string("name");
  assertName(name);
  const definition = readDefinition(request);
  const roleArn = request.string("roleArn", { min: 1, max: 256 });
  assertRole(roleArn);
  const type = readType(request);
  const tags = readTags(request);
  const settings = readSettings(request);
  const publication = readPublication(request);
  if (!isKnown(context, { name, definition, type })) assertDefinition(definition, type);
  return context.mutex.run(`machine ${name}`, async () => {
    const present = context.store.get("machines", name);
    const machine =
      present ??
      (await insert(context, { name, tags, type }, { definition, roleArn, ...withDefaults(settings) }));
    if (present !== undefined) assertSame(context, present, { type, definition, ...withDefaults(settings) });
    return {
      stateMachineArn: machine.arn,
      creationDate: seconds(machine.createdAt),
      ...(await published(context, publication, machine)),
    };
  });
};

/** Whether a machine has this very definition already: then it has been checked. */
function isKnown(
  context: Context,
  { name, definition, type }: { name: string; definition: string; type: string },
): boolean {
  const machine = context.store.get("machines", name);
  return machine?.type === type && context.machines.revision(machine.revisionId).definition === definition;
}

async function insert(
  context: Context,
  { name, tags, type }: Pick<MachineRow, "name" | "tags" | "type">,
  content: Omit<RevisionRow, "id" | "machineName" | "machineArn" | "updatedAt">,
): Promise<MachineRow> {
  const createdAt = context.clock.now();
  const arn = context.arns.machine(name);
  const revisionId = randomUUID();
  const machine: MachineRow = {
    id: randomUUID(),
    name,
    arn,
    createdAt,
    revisionId,
    type,
    lastVersion: 0,
    tags,
  };
  const revision = { ...content, id: revisionId, machineName: name, machineArn: arn, updatedAt: createdAt };
  await context.store.write([
    { table: "machines", key: name, value: machine },
    { table: "revisions", key: revisionId, value: revision },
  ]);
  return machine;
}

function assertSame(
  context: Context,
  present: MachineRow,
  wanted: Settings & { definition: string; type: string },
): void {
  const now = context.machines.revision(present.revisionId);
  const same =
    present.type === wanted.type &&
    now.definition === wanted.definition &&
    JSON.stringify(now.loggingConfiguration) === JSON.stringify(wanted.loggingConfiguration) &&
    JSON.stringify(now.tracingConfiguration) === JSON.stringify(wanted.tracingConfiguration);
  if (!same)
    throw new AwsError("StateMachineAlreadyExists", `State Machine Already Exists: '${present.arn}'`);
}

/** The description of the version that is to be published; null where none is to be. */
function readPublication(request: Request): string | null {
  const description = request.optionalString("versionDescription", { max: 256 });
  if (request.optionalBoolean("publish") === true) return description ?? "";
  if (description === undefined) return null;
  throw invalid("Version description can only be set when publish is true");
}

async function published(context: Context, description: string | null, machine: MachineRow): Promise<object> {
  if (description === null) return {};
  const version = await publish(context, machine, description);
  return { stateMachineVersionArn: versionArn(machine, version) };
}

/** UpdateStateMachine. Running executions keep the definition they started with. */
export const updateStateMachine: Operation = async (context, request) => {
  const arn = request.string("stateMachineArn", { min: 1, max: 256 });
  const definition = request.optionalString("definition") === undefined ? undefined : readDefinition(request);
  const roleArn = request.optionalString("roleArn", { max: 256 });
  const settings = readSettings(request);
  const publication = readPublication(request);
  if (definition === undefined && roleArn === undefined && Object.keys(settings).length === 0)
    throw new AwsError(
      "MissingRequiredParameter",
      "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified",
    );
  if (roleArn !== undefined) assertRole(roleArn);
  const { name, type } = findUnqualified(context, arn);
  if (definition !== undefined) assertDefinition(definition, type);
  return context.mutex.run(`machine ${name}`, async () => {
    const machine = findUnqualified(context, arn);
    const revision = context.machines.revision(machine.revisionId);
    const updatedAt = context.clock.now();
    const id = randomUUID();
    const given = {
      ...(definition === undefined ? {} : { definition }),
      ...(roleArn === undefined ? {} : { roleArn }),
    };
    const updated = { ...machine, revisionId: id };
    await context.store.write([
      { table: "machines", key: machine.name, value: updated },
      { table: "revisions", key: id, value: { ...revision, ...settings, ...given, id, updatedAt } },
    ]);
    return {
      updateDate: seconds(updatedAt),
      revisionId: id,
      ...(await published(context, publication, updated)),
    };
  });
};

/** DescribeStateMachine, of a machine or one of its versions. */
export const describeStateMachine: Operation = (context, request) => {
  const { machine, version, revision } = findMachine(
    context,
    request.string("stateMachineArn", { min: 1, max: 256 }),
  );
  const data = includesData(request);
  return {
    stateMachineArn: version === null ? machine.arn : versionArn(machine, version),
    name: machine.name,
    status: "ACTIVE",
    definition: data ? revision.definition : "{}",
    roleArn: revision.roleArn,
    type: machine.type,
    creationDate: seconds(version?.createdAt ?? machine.createdAt),
    loggingConfiguration: revision.loggingConfiguration,
    tracingConfiguration: revision.tracingConfiguration,
    variableReferences: data ? referencesOf(revision.definition) : {},
    // AWS gives none before the first update.
    ...(revision.updatedAt === machine.createdAt ? {} : { revisionId: revision.id }),
    ...(version === null || version.description === "" ? {} : { description: version.description }),
  };
};

/** ListStateMachines, by name. */
export const listStateMachines: Operation = (context, request) => {
  const limit = pageSize(request.optionalInteger("maxResults", { min: 0, max: 1000 }));
  const from = readToken(request, (position) => typeof position === "string");
  const rows = context.store.range("machines", from === undefined ? {} : { start: from });
  const { items, nextToken } = page(rows, limit, ({ key }) => key);
  const stateMachines = items.map(({ value: { arn, name, type, createdAt } }) => ({
    stateMachineArn: arn,
    name,
    type,
    creationDate: seconds(createdAt),
  }));
  return { stateMachines, ...(nextToken === undefined ? {} : { nextToken }) };
};

/** DeleteStateMachine: with its versions and aliases; its running executions are aborted. One that is not there is no error. */
export const deleteStateMachine: Operation = (context, request) => {
  const arn = request.string("stateMachineArn", { min: 1, max: 256 });
  const { name, label, version, alias } = context.arns.parseMachine(arn);
  if (label !== null || version !== null || alias !== null)
    throw invalid(`This operation takes the ARN of a state machine without a version or an alias: '${arn}'`);
  return context.mutex.run(`machine ${name}`, async () => {
    const machine = context.store.get("machines", name);
    if (machine === undefined) return {};
    const versions = context.store.range("versions", { start: [machine.id, 0], end: [machine.id, Infinity] });
    await context.store.write([
      { table: "machines", key: name, remove: true },
      ...[...versions].map(({ key }): Write => ({ table: "versions", key, remove: true })),
      ...aliasesOf(context, machine).map(
        (row): Write => ({ table: "aliases", key: [machine.id, row.name], remove: true }),
      ),
    ]);
    const running = [...runningOf(context, machine.id)];
    await Promise.all(running.map((number) => context.executions.stop(number, {})));
    return {};
  });
};
