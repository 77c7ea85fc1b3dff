import type { MadeBy as Maker } from "@longhaul/workflows/contracts";

const makers: Record<Maker["maker"], string> = {
  offline: "this machine",
  "amazon-bedrock": "Amazon Bedrock",
  "amazon-polly": "Amazon Polly",
  "openai-compatible": "a model",
};

/** Says who made a part, so that nobody takes a grammar for a language model. */
export function MadeBy({ by }: { by: Maker }) {
  return (
    <p className="text-sm text-ink-soft">
      Made by {makers[by.maker]} ({by.model}).{by.note && ` ${by.note}`}
    </p>
  );
}
