const ink = (hue: number | null) =>
  hue === null ? "var(--ink-soft)" : `light-dark(oklch(0.45 0.13 ${hue}), oklch(0.8 0.11 ${hue}))`;

/** A speaker's colour, beside the name that says who it is. */
export function SpeakerDot({ hue }: { hue: number | null }) {
  return (
    <span aria-hidden className="size-2.5 shrink-0 rounded-full" style={{ backgroundColor: ink(hue) }} />
  );
}

export function SpeakerName({ name, hue }: { name: string; hue: number | null }) {
  return (
    <span className="font-semibold" style={{ color: ink(hue) }}>
      {name}
    </span>
  );
}
