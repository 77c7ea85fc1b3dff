import { Check } from "lucide-react";
import { DropdownMenu as Radix } from "radix-ui";
import type { ReactNode } from "react";

const item =
  "flex min-h-8 cursor-default items-center gap-2 rounded-md px-2 outline-none select-none data-highlighted:bg-sunken [&_svg]:size-4";

export function Menu({ trigger, children }: { trigger: ReactNode; children: ReactNode }) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          className="z-50 min-w-44 rounded-lg border border-line-strong/50 bg-surface p-1"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export function MenuItem({ onSelect, children }: { onSelect: () => void; children: ReactNode }) {
  return (
    <Radix.Item className={item} onSelect={onSelect}>
      {children}
    </Radix.Item>
  );
}

interface MenuChoicesProps<T extends string> {
  label: string;
  value: T;
  choices: readonly (readonly [T, string])[];
  onChoose: (choice: T) => void;
}

export function MenuChoices<T extends string>({ label, value, choices, onChoose }: MenuChoicesProps<T>) {
  return (
    <Radix.RadioGroup value={value} onValueChange={(choice) => onChoose(choice as T)} aria-label={label}>
      <Radix.Label className="px-2 py-1 text-sm text-ink-soft">{label}</Radix.Label>
      {choices.map(([choice, text]) => (
        <Radix.RadioItem key={choice} value={choice} className={item}>
          <span className="grid size-4 place-items-center">
            <Radix.ItemIndicator>
              <Check aria-hidden />
            </Radix.ItemIndicator>
          </span>
          {text}
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  );
}

export function MenuLine() {
  return <Radix.Separator className="my-1 h-px bg-line" />;
}
