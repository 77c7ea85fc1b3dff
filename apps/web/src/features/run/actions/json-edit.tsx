import { X } from "lucide-react";
import { useId } from "react";
import { Button } from "../../../components/ui/button.js";
import { Textarea } from "../../../components/ui/input.js";

interface JsonEditProps {
  label: string;
  text: string;
  errors: readonly string[];
  onChange: (text: string) => void;
  onRemove: () => void;
}

/** A JSON value to change, with what is wrong with it beside it. */
export function JsonEdit({ label, text, errors, onChange, onRemove }: JsonEditProps) {
  const id = useId();
  return (
    <div className="grid gap-1">
      <div className="flex items-center justify-between gap-2">
        <label htmlFor={id} className="min-w-0 truncate font-medium">
          {label}
        </label>
        <Button look="quiet" size="smallIcon" title="Leave it as it was" onClick={onRemove}>
          <X aria-hidden />
          <span className="sr-only">Leave as it was: {label}</span>
        </Button>
      </div>
      <Textarea
        id={id}
        rows={8}
        spellCheck={false}
        className="font-mono text-sm"
        aria-invalid={errors.length > 0 ? true : undefined}
        aria-describedby={`${id}-errors`}
        value={text}
        onChange={(event) => onChange(event.target.value)}
      />
      <div id={`${id}-errors`} role="status" className="grid gap-0.5 text-bad empty:hidden">
        {errors.map((error) => (
          <p key={error} className="break-words">
            {error}
          </p>
        ))}
      </div>
    </div>
  );
}
