import type { AliasRow, MachineRow } from "../store/store.js";
import { type Context, type Operation, seconds } from "./context.js";
import { conflict, invalid, quotaExceeded, resourceNotFound } from "./errors.js";
import { findMachine, versionArn } from "./machine-lookup.js";
import { page, pageSize, readToken } from "./paging.js";
import type { Request } from "./request.js";
import { assertVersions, readRoutes, type Routes } from "./routing.js";

const MOST_ALIASES = 100;
const NAME = /^(?=.*[a-zA-Z_\-.])[a-zA-Z0-9_\-.]+$/;

/** CreateStateMachineAlias: the same request again answers as the first did. */
export const createStateMachineAlias: Operation = (context, request) => {
  const name = readName(request);
  const description = request.optionalString("description", { max: 256 }) ?? "";
  const { routes, machineName } = readRoutes(context, request);
  return context.mutex.run(`machine ${machineName}`, async () => {
    const machine = context.store.get("machines", machineName);
    if (machine === undefined) throw resourceNotFound(routes[0]?.versionArn ?? "");
    assertVersions(context, machine, routes);
    const present = context.store.get("aliases", [machine.id, name]);
    const alias = present ?? (await insert(context, machine, { name, description, routes }));
    if (present !== undefined && !isSame(present, { description, routes }))
      throw conflict(
        "Failed to create alias because an alias with the same name and a different routing configuration already exists.",
      );
    return { stateMachineAliasArn: aliasArn(machine, alias), creationDate: seconds(alias.createdAt) };
  });
};

function readName(request: Request): string {
  const name = request.string("name", { min: 1, max: 80 });
  if (NAME.test(name)) return name;
  const rule = `Member must satisfy regular expression pattern: ${"^(?=.*[a-zA-Z_\\-\\.])[a-zA-Z0-9_\\-\\.]+$"}`;
  throw invalid(
    `1 validation error detected: Value '${name}' at 'name' failed to satisfy constraint: ${rule}`,
  );
}

async function insert(
  context: Context,
  machine: MachineRow,
  given: Pick<AliasRow, "name" | "description" | "routes">,
): Promise<AliasRow> {
  if (aliasesOf(context, machine).length >= MOST_ALIASES)
    throw quotaExceeded(`A state machine can have no more than ${MOST_ALIASES} aliases`);
  const now = context.clock.now();
  const alias = { ...given, createdAt: now, updatedAt: now };
  await context.store.write([{ table: "aliases", key: [machine.id, given.name], value: alias }]);
  return alias;
}

function isSame(
  one: Pick<AliasRow, "description" | "routes">,
  other: Pick<AliasRow, "description" | "routes">,
): boolean {
  return one.description === other.description && sorted(one.routes) === sorted(other.routes);
}

function sorted(routes: Routes): string {
  return routes
    .map(({ versionArn: arn, weight }) => `${arn} ${weight}`)
    .sort()
    .join();
}

/** UpdateStateMachineAlias. */
export const updateStateMachineAlias: Operation = (context, request) => {
  const arn = readArn(request);
  const description = request.optionalString("description", { max: 256 });
  const given = request.list("routingConfiguration").length === 0 ? null : readRoutes(context, request);
  if (description === undefined && given === null)
    throw invalid(
      "Either the description or the routingConfiguration must be specified",
      "MISSING_REQUIRED_PARAMETER",
    );
  const { machine } = find(context, arn);
  return context.mutex.run(`machine ${machine.name}`, async () => {
    const { machine: now, alias } = find(context, arn);
    if (given !== null) assertVersions(context, now, given.routes);
    const updated: AliasRow = {
      ...alias,
      updatedAt: context.clock.now(),
      ...(description === undefined ? {} : { description }),
      ...(given === null ? {} : { routes: given.routes }),
    };
    await context.store.write([{ table: "aliases", key: [now.id, alias.name], value: updated }]);
    return { updateDate: seconds(updated.updatedAt) };
  });
};

/** DescribeStateMachineAlias. */
export const describeStateMachineAlias: Operation = (context, request) => {
  const { machine, alias } = find(context, readArn(request));
  return {
    stateMachineAliasArn: aliasArn(machine, alias),
    name: alias.name,
    description: alias.description === "" ? undefined : alias.description,
    routingConfiguration: alias.routes.map(({ versionArn: arn, weight }) => ({
      stateMachineVersionArn: arn,
      weight,
    })),
    creationDate: seconds(alias.createdAt),
    updateDate: seconds(alias.updatedAt),
  };
};

/** ListStateMachineAliases of a machine, or of those that point to a version; newest first. */
export const listStateMachineAliases: Operation = (context, request) => {
  const { machine, version } = findMachine(context, request.string("stateMachineArn", { min: 1, max: 256 }));
  const limit = pageSize(request.optionalInteger("maxResults", { min: 0, max: 1000 }));
  const from = readToken(request, (position) => typeof position === "string");
  const wanted =
    version === null
      ? aliasesOf(context, machine)
      : aliasesOfVersion(context, machine, versionArn(machine, version));
  const all = wanted.sort(
    (one, other) => other.createdAt - one.createdAt || (one.name < other.name ? -1 : 1),
  );
  const first = from === undefined ? 0 : all.findIndex(({ name }) => name === from);
  const { items, nextToken } = page(first < 0 ? [] : all.slice(first), limit, ({ name }) => name);
  const stateMachineAliases = items.map((alias) => ({
    stateMachineAliasArn: aliasArn(machine, alias),
    creationDate: seconds(alias.createdAt),
  }));
  return { stateMachineAliases, ...(nextToken === undefined ? {} : { nextToken }) };
};

/** DeleteStateMachineAlias. */
export const deleteStateMachineAlias: Operation = (context, request) => {
  const arn = readArn(request);
  const { machine } = find(context, arn);
  return context.mutex.run(`machine ${machine.name}`, async () => {
    const found = find(context, arn);
    const key: [string, string] = [found.machine.id, found.alias.name];
    await context.store.write([{ table: "aliases", key, remove: true }]);
    return {};
  });
};

function readArn(request: Request): string {
  return request.string("stateMachineAliasArn", { min: 1, max: 256 });
}

/** @throws AwsError InvalidArn, ValidationException for an ARN of something else, ResourceNotFound */
function find(context: Context, arn: string): { machine: MachineRow; alias: AliasRow } {
  const { name, alias: aliasName } = context.arns.parseMachine(arn);
  if (aliasName === null) throw invalid(`'${arn}' is not the ARN of a state machine alias`);
  const machine = context.store.get("machines", name);
  const alias = machine === undefined ? undefined : context.store.get("aliases", [machine.id, aliasName]);
  if (machine === undefined || alias === undefined || aliasArn(machine, alias) !== arn)
    throw resourceNotFound(arn);
  return { machine, alias };
}

export function aliasArn(machine: { arn: string }, { name }: { name: string }): string {
  return `${machine.arn}:${name}`;
}

/** The aliases of a machine. */
export function aliasesOf({ store }: Context, { id }: MachineRow): AliasRow[] {
  return [...store.range("aliases", { start: [id, ""], end: [id, "\uffff"] })].map(({ value }) => value);
}

/** The aliases that point to a version. */
export function aliasesOfVersion(context: Context, machine: MachineRow, arn: string): AliasRow[] {
  return aliasesOf(context, machine).filter(({ routes }) => routes.some(({ versionArn: to }) => to === arn));
}
