import { twinPersonaSchema } from "@longhaul/workflows/contracts";
import { Facts } from "../../components/ui/facts.js";

const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;

/** How the twin writes, as its training has found. */
export function Persona({ given }: { given: unknown }) {
  const parsed = twinPersonaSchema.safeParse(given);
  if (!parsed.success) return null;
  const { favourites, wordsPerSentence, questions, firstPerson, variety } = parsed.data;
  return (
    <Facts
      facts={[
        ["Speaks of", favourites.slice(0, 6).join(", ")],
        ["Words a sentence", wordsPerSentence.toFixed(0)],
        ["Questions", percent(questions)],
        ["First person", percent(firstPerson)],
        ["Different words", percent(variety)],
      ]}
    />
  );
}
