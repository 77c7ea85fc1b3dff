/** The shape of a distribution, small; decoration beside numbers that say the same. */
export function Sparkline({ counts }: { counts: readonly number[] }) {
  const top = Math.max(1, ...counts);
  return (
    <svg
      aria-hidden
      viewBox={`0 0 ${counts.length} 20`}
      preserveAspectRatio="none"
      className="block h-6 w-full max-w-32"
    >
      {counts.map((count, index) => {
        const height = (count / top) * 20;
        return (
          <rect
            key={index}
            x={index + 0.06}
            width={0.88}
            y={20 - height}
            height={height}
            className="fill-accent"
          />
        );
      })}
    </svg>
  );
}
