import type { Random } from "../writing/random.js";
import { house, palm, pine, roundTree } from "./growing.js";
import { darker, group, lighter, many, mix, n, type Paint, pageHeight, pageWidth } from "./paint.js";
import type { Scene } from "./scene.js";

/** The land behind the hero, and the ground that the hero stands on. */
export function land(scene: Scene, paint: Paint, random: Random): string {
  const { far, middle, near, water } = paint;
  const sand = mix("#f3dca6", paint.sky[0], paint.dark ? 0.55 : 0.08);
  const ground = (colour: string, base: number, amp = 22) => hill(base, amp, colour, random);
  switch (scene.setting) {
    case "sky":
      return ground(far, 640, 26) + ground(middle, 676, 16);
    case "sea":
      return sea(430, water, random);
    case "beach":
      return sea(410, water, random, 3) + ground(sand, 486, 16) + palms(scene, paint, random, 1);
    case "island":
      return sea(440, water, random, 4) + isle(sand, middle) + palms(scene, paint, random, 3);
    case "lake":
      return (
        ground(far, 380, 40) +
        trees(paint, random, 5, 392) +
        ground(middle, 430) +
        pond(water) +
        bank(near, random)
      );
    case "forest":
      return ground(far, 380, 30) + forest(paint, random) + ground(near, 470, 18);
    case "town":
      return ground(far, 390, 34) + town(paint, random) + ground(near, 474, 12);
    case "hills":
      return peaks(paint, random) + ground(far, 400, 52) + ground(middle, 446, 34) + ground(near, 486);
    case "meadow":
      return (
        ground(far, 392, 44) + trees(paint, random, 4, 400) + ground(middle, 440, 26) + ground(near, 484, 18)
      );
  }
}

/** A soft ridge over the page's width with crayon strokes on it. */
function hill(base: number, amp: number, colour: string, random: Random): string {
  const [a, b] = [random.between(0, 6.3), random.between(0, 6.3)];
  const at = (x: number) => base + amp * (0.6 * Math.sin(x / 210 + a) + 0.4 * Math.sin(x / 90 + b));
  const points = Array.from({ length: 34 }, (_, i) => `L${i * 40 - 20},${n(at(i * 40 - 20))}`).join(" ");
  const body = `<path d="M-20,${pageHeight} ${points} L${pageWidth + 20},${pageHeight} Z" fill="${colour}"/>`;
  const edge = `<path d="${points.replace("L", "M")}" fill="none" stroke="${lighter(colour, 0.3)}" stroke-width="5" stroke-linejoin="round" opacity=".7"/>`;
  const hatch = many(54, () => {
    const x = random.between(0, pageWidth);
    const y = at(x) + random.between(10, 190);
    const tone = random.next() < 0.5 ? lighter(colour, 0.16) : darker(colour, 0.1);
    return `<path d="M${n(x)},${n(y)} q${n(random.between(8, 22))},${n(random.between(-8, 3))} ${n(random.between(24, 56))},0" stroke="${tone}" stroke-width="${n(random.between(3, 7))}" stroke-linecap="round" fill="none" opacity=".5"/>`;
  });
  return body + edge + hatch;
}

function sea(horizon: number, water: string, random: Random, rows = 6): string {
  const body = `<rect y="${horizon}" width="${pageWidth}" height="${pageHeight - horizon}" fill="${lighter(water, 0.16)}"/>`;
  return (
    body +
    many(rows, (row) => {
      const y = horizon + 14 + row * 44;
      const shift = random.between(-80, 0);
      const waves = many(18, (i) => `${i === 0 ? `M${n(shift)},${y}` : ""} q40,${-15 - row * 2} 80,0`);
      const colour = row % 2 === 0 ? water : darker(water, 0.08);
      return (
        `<path d="${waves} L${pageWidth + 90},${pageHeight} L-90,${pageHeight} Z" fill="${colour}"/>` +
        `<path d="${waves}" fill="none" stroke="${lighter(water, 0.5)}" stroke-width="4" opacity=".55"/>`
      );
    })
  );
}

const isle = (sand: string, green: string) =>
  `<path d="M180,560 Q640,360 1100,560 Z" fill="${sand}"/><path d="M420,474 Q650,408 860,474 Q640,500 420,474 Z" fill="${green}"/>`;

const pond = (water: string) =>
  `<ellipse cx="640" cy="500" rx="560" ry="58" fill="${water}"/><ellipse cx="600" cy="488" rx="420" ry="26" fill="${lighter(water, 0.25)}" opacity=".7"/>`;

const bank = (near: string, random: Random) => hill(548, 10, near, random);

function peaks({ far, sky: [top] }: Paint, random: Random): string {
  const colour = mix(far, top, 0.4);
  return many(5, (i) => {
    const x = i * 300 - 40 + random.between(-60, 60);
    const height = random.between(150, 250);
    return (
      `<path d="M${n(x - 210)},430 L${n(x)},${n(430 - height)} L${n(x + 210)},430 Z" fill="${i % 2 ? colour : darker(colour, 0.08)}" stroke-linejoin="round"/>` +
      `<path d="M${n(x - 42)},${n(430 - height + 50)} L${n(x)},${n(430 - height)} L${n(x + 42)},${n(430 - height + 50)} l-24,-10 l-18,14 l-20,-14 Z" fill="#fff" opacity=".85"/>`
    );
  });
}

function trees(paint: Paint, random: Random, count: number, base: number): string {
  return many(count, (i) => {
    const x = ((i + random.between(0.1, 0.9)) / count) * pageWidth;
    const tree = random.next() < 0.6 ? roundTree(paint, random) : pine(paint);
    return group(x, base + random.between(0, 26), random.between(0.55, 0.85), tree);
  });
}

/** Tall trees at both sides, small ones between, so that the middle stays free. */
function forest(paint: Paint, random: Random): string {
  const back = many(13, (i) =>
    group(
      i * 104 + random.between(-20, 20),
      432,
      random.between(0.8, 1.05),
      pine({ ...paint, middle: darker(paint.far, 0.14) }),
    ),
  );
  const sides = [70, 196, 330, 962, 1_090, 1_214].map((x) => {
    const tree = random.next() < 0.5 ? roundTree(paint, random) : pine(paint);
    return group(x + random.between(-18, 18), 500, random.between(1.4, 1.9), tree);
  });
  return back + sides.join("");
}

function town(paint: Paint, random: Random): string {
  return many(9, (i) => {
    const x = i * 146 + random.between(30, 70);
    return group(x, 488, random.between(0.85, 1.2), house(paint, random, i));
  });
}

function palms({ props }: Scene, paint: Paint, random: Random, count: number): string {
  const places = [1_080, 260, 900].slice(0, props.has("palms") ? Math.max(2, count) : count);
  return places.map((x) => group(x, 500, random.between(0.95, 1.25), palm(paint))).join("");
}
