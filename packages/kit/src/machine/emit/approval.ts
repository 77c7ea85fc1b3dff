import { z } from "zod";
import type { Block } from "../draft.js";
import { type Expression, jsonata } from "../expression.js";
import type { ApprovalNode, ExpireNode } from "../nodes.js";
import type { AslState } from "./asl.js";
import { expressed, resolveIn, written } from "./resolve.js";
import { checkpointKey, retriers } from "./task.js";

const approvals = "${LonghaulApprovals}";
const houseRetry = { maxAttempts: 3, intervalSeconds: 2, backoffRate: 2, maxDelaySeconds: 60 };

/** Asks the person and waits with a task token, until the deadline. */
export function approvalTask(node: ApprovalNode, block: Block): AslState {
  const { name, role, stage, byDefault, form } = node;
  const resolve = resolveIn(block);
  const deadline = node.deadline as Expression;
  const left = jsonata`$ceil(($toMillis(${deadline}) - $toMillis($states.context.State.EnteredTime)) / 1000)`;
  const text = JSON.stringify(z.toJSONSchema(form, { io: "input" }));
  return {
    Type: "Task",
    Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
    Arguments: {
      FunctionName: approvals,
      Payload: {
        ...checkpointKey(name, null, block),
        stage,
        token: "{% $states.context.Task.Token %}",
        approval: {
          title: written(node.title, resolve),
          role,
          deadline: expressed(deadline, block),
          form: written({ kind: "constant", value: text }, resolve),
          details: written(node.details, resolve),
          default: written({ kind: "constant", value: byDefault }, resolve),
        },
      },
    },
    // A deadline that has passed while the run was not under way is over at once.
    TimeoutSeconds: expressed(jsonata`$max([1, ${left}])`, block),
    Retry: retriers(houseRetry, ["States.Timeout"]),
  };
}

/** Asks for the decision at the deadline: one that came at the last moment counts, else the default. */
export function expireTask({ approval }: ExpireNode, block: Block): AslState {
  const { name, byDefault } = approval;
  return {
    Type: "Task",
    Resource: "arn:aws:states:::lambda:invoke",
    Arguments: {
      FunctionName: approvals,
      Payload: {
        ...checkpointKey(name, null, block),
        expire: true,
        default: written({ kind: "constant", value: byDefault }, resolveIn(block)),
      },
    },
    TimeoutSeconds: 60,
    Retry: retriers(houseRetry),
  };
}
