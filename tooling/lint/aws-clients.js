const message =
  "A client of AWS says how long it waits: by itself it waits for ever for a service that takes a call and does not answer, and holds its function, or a person, until something else gives up. Give it a `requestHandler`: awsCalls, awsTransfers or awsMessages of @longhaul/kit/step.";

/** The value that a constant was declared with; undefined where it is no constant of this file. */
function valueOf(name, scope) {
  for (let at = scope; at; at = at.upper) {
    const [definition] = at.set.get(name)?.defs ?? [];
    if (definition) return definition.type === "Variable" ? (definition.node.init ?? undefined) : undefined;
  }
  return undefined;
}

/** Whether an object has a `requestHandler`: written into it, or into a constant that is spread into it. */
function saysHowLong(node, scope) {
  if (node?.type === "TSAsExpression") return saysHowLong(node.expression, scope);
  if (node?.type === "Identifier") return saysHowLong(valueOf(node.name, scope), scope);
  if (node?.type !== "ObjectExpression") return false;
  return node.properties.some((property) =>
    property.type === "SpreadElement"
      ? saysHowLong(property.argument, scope)
      : property.key.name === "requestHandler",
  );
}

/** ESLint rule: clients of the AWS SDK are made with a limit of time. */
export const awsClients = {
  meta: { type: "problem", schema: [], docs: { description: "Clients of AWS say how long they wait" } },
  create(context) {
    const clients = new Set();
    return {
      ImportDeclaration(node) {
        if (!/^@aws-sdk\/client-/.test(node.source.value)) return;
        for (const { imported, local } of node.specifiers)
          if (/Client$/.test(imported?.name ?? "")) clients.add(local.name);
      },
      NewExpression(node) {
        if (node.callee.type !== "Identifier" || !clients.has(node.callee.name)) return;
        if (!saysHowLong(node.arguments[0], context.sourceCode.getScope(node)))
          context.report({ node, message });
      },
    };
  },
};
