import type { Random } from "../writing/random.js";
import { darker, lighter, many, mix, n, type Paint } from "./paint.js";

// Each stands with its foot at 0,0 and is about 150 high; who places it scales it.

const trunkOf = ({ dark }: Paint) => (dark ? "#3a2f3d" : "#8a5a36");

export function roundTree(paint: Paint, random: Random): string {
  const green = mix(paint.middle, random.next() < 0.3 ? (paint.accents[0] as string) : paint.near, 0.45);
  const leaves = (fill: string, shift: number) =>
    `<g fill="${fill}"><circle cx="${-34 + shift}" cy="-92" r="36"/><circle cx="${34 + shift}" cy="-94" r="34"/><circle cx="${shift}" cy="-128" r="42"/><circle cx="${shift}" cy="-88" r="36"/></g>`;
  return (
    `<path d="M-11,6 Q-6,-40 -8,-84 L10,-84 Q6,-40 13,6 Z" fill="${trunkOf(paint)}"/>` +
    leaves(darker(green, 0.1), 5) +
    leaves(green, 0) +
    many(9, () => {
      const [x, y] = [random.between(-48, 40), random.between(-150, -76)];
      return `<path d="M${n(x)},${n(y)} q7,-8 15,0" stroke="${lighter(green, 0.3)}" stroke-width="4" fill="none" stroke-linecap="round" opacity=".8"/>`;
    })
  );
}

export function pine(paint: Paint): string {
  const green = darker(paint.middle, 0.12);
  const tier = (top: number, width: number, fill: string) =>
    `<path d="M0,${top} Q${width * 0.4},${top + 42} ${width},${top + 62} Q0,${top + 76} ${-width},${top + 62} Q${-width * 0.4},${top + 42} 0,${top} Z" fill="${fill}"/>`;
  return (
    `<rect x="-8" y="-34" width="16" height="40" fill="${trunkOf(paint)}"/>` +
    tier(-96, 56, green) +
    tier(-134, 46, lighter(green, 0.06)) +
    tier(-170, 34, lighter(green, 0.13))
  );
}

export function palm(paint: Paint): string {
  const leaf = (turn: number) =>
    `<path transform="rotate(${turn})" d="M0,0 Q44,-34 96,-4 Q48,-14 0,0 Z" fill="${turn % 50 ? paint.near : darker(paint.near, 0.12)}"/>`;
  return (
    `<path d="M-10,8 Q-2,-80 24,-150" stroke="${trunkOf(paint)}" stroke-width="17" fill="none" stroke-linecap="round"/>` +
    `<g transform="translate(24 -152)">${[-170, -140, -95, -50, -15, 20, 200].map(leaf).join("")}<circle cx="-6" cy="10" r="9" fill="#6d4428"/><circle cx="9" cy="12" r="9" fill="#7d5030"/></g>`
  );
}

export function house(paint: Paint, random: Random, index: number): string {
  const wall = mix(
    paint.accents[index % paint.accents.length] as string,
    paint.dark ? "#2b2f57" : "#fff4e2",
    0.5,
  );
  const roof = darker(paint.accents[(index + 1) % paint.accents.length] as string, 0.12);
  const height = random.between(92, 150);
  const pane = paint.dark ? paint.light : "#e6f4fb";
  const window = (x: number, y: number) =>
    `<rect x="${x}" y="${n(y)}" width="24" height="28" rx="4" fill="${pane}" stroke="${darker(wall, 0.3)}" stroke-width="3"/>`;
  return (
    `<rect x="-52" y="${n(-height)}" width="104" height="${n(height + 30)}" fill="${wall}"/>` +
    `<path d="M-66,${n(-height + 4)} L0,${n(-height - 62)} L66,${n(-height + 4)} Z" fill="${roof}" stroke="${roof}" stroke-width="6" stroke-linejoin="round"/>` +
    window(-36, -height + 18) +
    window(12, -height + 18) +
    `<path d="M-16,12 L-16,-28 Q0,-48 16,-28 L16,12 Z" fill="${darker(roof, 0.15)}"/><circle cx="9" cy="-12" r="3" fill="${paint.light}"/>`
  );
}

export function flower(colour: string, stem: string, random: Random): string {
  const petals = many(
    6,
    (i) => `<ellipse cx="0" cy="-9" rx="6" ry="10" fill="${colour}" transform="rotate(${i * 60})"/>`,
  );
  const height = random.between(26, 46);
  return (
    `<path d="M0,0 Q${n(random.between(-8, 8))},${n(-height / 2)} 0,${n(-height)}" stroke="${stem}" stroke-width="4" fill="none" stroke-linecap="round"/>` +
    `<ellipse cx="8" cy="${n(-height / 2)}" rx="9" ry="4" fill="${stem}" transform="rotate(-24 8 ${n(-height / 2)})"/>` +
    `<g transform="translate(0 ${n(-height)})">${petals}<circle r="6" fill="#fbe07a"/></g>`
  );
}

export const mushroom = (colour: string): string =>
  `<path d="M-9,4 Q-7,-24 -8,-30 L8,-30 Q7,-24 10,4 Z" fill="#fbf1df"/><path d="M-30,-28 Q-26,-62 0,-62 Q26,-62 30,-28 Q0,-20 -30,-28 Z" fill="${colour}"/><g fill="#fff" opacity=".9"><circle cx="-12" cy="-42" r="5"/><circle cx="6" cy="-50" r="6"/><circle cx="17" cy="-37" r="4"/></g>`;
