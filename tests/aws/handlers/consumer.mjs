// A consumer of queues that writes what it gets to its log and fails as the messages say.
export const handler = async (event) => {
  const bodies = event.Records.map(({ body }) => body);
  console.log(JSON.stringify({ event }));
  if (bodies.includes("throw")) throw new Error("the batch cannot be handled");
  const slow = bodies.find((body) => body.startsWith("sleep "));
  if (slow) await new Promise((resolve) => setTimeout(resolve, Number(slow.slice(6))));
  if (bodies.includes("nonsense")) return { batchItemFailures: [{ itemIdentifier: "nobody" }] };
  const failed = event.Records.filter(({ body }) => body.startsWith("fail"));
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
};
