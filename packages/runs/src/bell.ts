import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";

/** What makes a sender look now for what waits, and not only at the next minute. */
export interface Bell {
  ring(): Promise<void>;
}

/** Starts the function that sends; nobody waits for what it does. */
export function lambdaBell(client: LambdaClient, functionName: string): Bell {
  return {
    async ring() {
      await client.send(new InvokeCommand({ FunctionName: functionName, InvocationType: "Event" }));
    },
  };
}
