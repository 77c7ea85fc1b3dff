import { useNavigate } from "@tanstack/react-router";
import { Select } from "../../components/ui/input.js";
import type { RunSearch } from "./run-search.js";

interface FilterSelectProps {
  label: string;
  /** The part of the URL that it sets. */
  name: keyof RunSearch;
  search: RunSearch;
  /** What it says when it narrows nothing. */
  any: string;
  choices: readonly (readonly [value: string, text: string])[];
}

/** One choice of the runs' filter; the URL is its state. */
export function FilterSelect({ label, name, search, any, choices }: FilterSelectProps) {
  const navigate = useNavigate();
  const value = search[name] ?? "";
  const known = choices.some(([choice]) => choice === value);
  return (
    <Select
      aria-label={label}
      className="w-auto max-w-48 @max-xl:flex-1"
      value={value}
      onChange={(event) => {
        const { [name]: _, ...rest } = search;
        const chosen = event.target.value;
        void navigate({ to: "/", search: chosen ? { ...rest, [name]: chosen } : rest });
      }}
    >
      <option value="">{any}</option>
      {choices.map(([choice, text]) => (
        <option key={choice} value={choice}>
          {text}
        </option>
      ))}
      {value && !known && <option value={value}>{name === "person" ? "Somebody else" : value}</option>}
    </Select>
  );
}
