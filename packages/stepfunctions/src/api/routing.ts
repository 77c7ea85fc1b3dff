import { isObject } from "../json.js";
import type { AliasRow, MachineRow } from "../store/store.js";
import type { Context } from "./context.js";
import { invalid, resourceNotFound } from "./errors.js";
import { Request } from "./request.js";

/** The versions that an alias points to, and how many of a hundred executions each gets. */
export type Routes = AliasRow["routes"];

/**
 * The routingConfiguration of a request: one or two versions of one machine whose weights come to 100. Whether the
 * versions are there is for `assertVersions` to say.
 * @returns the routes and the name of the machine that they are of
 * @throws AwsError ValidationException, InvalidArn
 */
export function readRoutes(context: Context, request: Request): { routes: Routes; machineName: string } {
  const list = request.list("routingConfiguration");
  if (list.length < 1 || list.length > 2)
    throw invalidRouting("The routing configuration must name one or two state machine versions");
  const routes = list.map(readRoute);
  const names = routes.map(({ versionArn }) => {
    const { name, version } = context.arns.parseMachine(versionArn);
    if (version === null)
      throw invalidRouting(
        `Routing configuration must contain state machine version ARNs. Received: ${shown(routes)}`,
      );
    return name;
  });
  const [machineName = ""] = names;
  if (names.some((name) => name !== machineName))
    throw invalidRouting("The versions of a routing configuration must be of the same state machine");
  if (new Set(routes.map(({ versionArn }) => versionArn)).size < routes.length)
    throw invalidRouting(
      `Routing configuration must contain distinct state machine version ARNs. Received: ${shown(routes)}`,
    );
  const sum = routes.reduce((total, { weight }) => total + weight, 0);
  if (sum !== 100)
    throw invalidRouting(`Sum of routing configuration weights must equal 100. Received: ${sum}`);
  return { routes, machineName };
}

function readRoute(given: unknown, index: number): Routes[number] {
  if (!isObject(given)) throw invalidRouting("Each route must be an object");
  const route = new Request(given, `routingConfiguration.${index + 1}.member.`);
  const versionArn = route.string("stateMachineVersionArn", { min: 1, max: 256 });
  const weight = route.optionalInteger("weight", { min: 0, max: 100 });
  if (weight === undefined) throw invalidRouting("Each route must have a weight from 0 to 100");
  return { versionArn, weight };
}

/** @throws AwsError ResourceNotFound for a version that is not there */
export function assertVersions(context: Context, machine: MachineRow, routes: Routes): void {
  for (const { versionArn } of routes) {
    const version = context.arns.parseMachine(versionArn).version ?? 0;
    const there = versionArn.startsWith(`${machine.arn}:`);
    if (!there || context.store.get("versions", [machine.id, version]) === undefined)
      throw resourceNotFound(versionArn);
  }
}

function shown(routes: Routes): string {
  return `[${routes.map(({ versionArn }) => versionArn).join(", ")}]`;
}

function invalidRouting(message: string): Error {
  return invalid(message, "INVALID_ROUTING_CONFIGURATION");
}
