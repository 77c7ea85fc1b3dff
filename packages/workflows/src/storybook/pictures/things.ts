import type { Random } from "../writing/random.js";
import { flower, mushroom } from "./growing.js";
import { darker, group, lighter, many, n, type Paint, pageWidth } from "./paint.js";
import type { Prop, Scene } from "./scene.js";

type Draw = (paint: Paint, random: Random) => string;

/** Beside the hero, who stands between 430 and 850. */
const aside = (random: Random): number =>
  random.next() < 0.5 ? random.between(50, 420) : random.between(860, 1_230);
const accent = (paint: Paint, random: Random): string => random.pick(paint.accents);

const behind: Partial<Record<Prop, Draw>> = {
  path: ({ near, dark }) =>
    `<path d="M560,720 C600,600 760,560 700,500 C650,450 720,420 760,404 C730,430 720,450 780,500 C860,570 800,620 820,720 Z" fill="${dark ? lighter(near, 0.18) : "#ecd9ac"}" opacity=".9"/>`,
  birds: (paint, random) =>
    many(6, () =>
      group(
        random.between(80, 1_200),
        random.between(70, 300),
        random.between(0.7, 1.3),
        `<path d="M-22,-6 Q-10,-18 0,0 Q10,-18 22,-6" stroke="${paint.dark ? lighter(paint.outline, 0.5) : paint.outline}" stroke-width="5" fill="none" stroke-linecap="round" stroke-linejoin="round"/>`,
        random.between(-12, 12),
      ),
    ),
  kite: (paint, random) => {
    const colour = accent(paint, random);
    const bows = [40, 74, 106]
      .map(
        (y, i) =>
          `<path d="M${i % 2 ? 12 : -4},${y} l-14,-8 v16 z M${i % 2 ? 12 : -4},${y} l14,-8 v16 z" fill="${paint.accents[(i + 1) % paint.accents.length]}"/>`,
      )
      .join("");
    const string = `<path d="M0,62 Q60,190 -120,330" stroke="${paint.outline}" stroke-width="2.5" fill="none" opacity=".6"/>`;
    const sail = `<path d="M0,-66 L48,-8 L0,62 L-48,-8 Z" fill="${colour}"/><path d="M0,-66 L48,-8 L0,-8 Z M0,62 L-48,-8 L0,-8 Z" fill="${lighter(colour, 0.4)}"/>`;
    return group(
      random.between(860, 1_080),
      random.between(130, 170),
      1.15,
      `${string}<g transform="translate(0 40)">${bows}</g>${sail}`,
      14,
    );
  },
  flags: (paint) => {
    const flag = (i: number) => {
      const t = i / 17;
      const y = 60 + 420 * t * (1 - t) * 0.42;
      return `<path d="M${n(t * pageWidth - 22)},${n(y)} h44 l-22,46 z" fill="${paint.accents[i % paint.accents.length]}"/>`;
    };
    return `<path d="M-10,58 Q640,150 1290,58" stroke="${paint.outline}" stroke-width="4" fill="none"/>${many(18, flag)}`;
  },
  lanterns: (paint, random) =>
    many(6, (i) => {
      const x = 110 + i * 212 + random.between(-24, 24);
      const y = random.between(120, 220);
      const glow = `<circle r="64" fill="${paint.light}" opacity=".2"/><circle r="40" fill="${paint.light}" opacity=".25"/>`;
      const body = `<ellipse rx="25" ry="31" fill="${paint.accents[i % paint.accents.length]}"/><ellipse rx="12" ry="31" fill="${paint.light}" opacity=".75"/><rect x="-11" y="-37" width="22" height="8" rx="3" fill="${paint.outline}"/><rect x="-11" y="29" width="22" height="8" rx="3" fill="${paint.outline}"/>`;
      return `<path d="M${n(x)},0 V${n(y - 34)}" stroke="${paint.outline}" stroke-width="2.5"/>${group(x, y, 1, glow + body)}`;
    }),
};

const infront: Partial<Record<Prop, Draw>> = {
  flowers: (paint, random) =>
    many(22, () =>
      group(
        random.between(10, 1_270),
        random.between(516, 640),
        random.between(0.8, 1.35),
        flower(accent(paint, random), darker(paint.near, 0.2), random),
      ),
    ),
  mushrooms: (paint, random) =>
    many(5, () =>
      group(
        aside(random),
        random.between(512, 560),
        random.between(0.7, 1.25),
        mushroom(accent(paint, random)),
        random.between(-6, 6),
      ),
    ),
  snail: (paint, random) => {
    const shell = accent(paint, random);
    return group(
      random.between(900, 1_080),
      526,
      1.15,
      `<path d="M-46,0 Q-30,-14 20,-12 Q40,-12 44,-34 L54,-34 Q58,2 30,2 Z" fill="#e9c79a"/><path d="M46,-34 l-6,-20 M52,-34 l6,-20" stroke="#e9c79a" stroke-width="4" stroke-linecap="round"/><circle cx="40" cy="-56" r="4" fill="#333"/><circle cx="58" cy="-56" r="4" fill="#333"/><circle cx="-4" cy="-30" r="29" fill="${shell}"/><path d="M-4,-30 m0,-17 a17,17 0 1 1 -16,20 a11,11 0 1 1 19,6" stroke="${darker(shell, 0.35)}" stroke-width="5" fill="none" stroke-linecap="round"/>`,
    );
  },
  butterflies: (paint, random) =>
    many(6, () => {
      const colour = accent(paint, random);
      const wing = (side: number) =>
        `<path d="M0,0 C${side * 10},-26 ${side * 38},-26 ${side * 26},-2 C${side * 34},16 ${side * 10},20 0,4 Z" fill="${colour}"/><circle cx="${side * 20}" cy="-10" r="4" fill="${lighter(colour, 0.55)}"/>`;
      return group(
        aside(random),
        random.between(250, 480),
        random.between(0.7, 1.2),
        `${wing(1)}${wing(-1)}<path d="M0,-12 V12" stroke="#3a2f3d" stroke-width="4" stroke-linecap="round"/>`,
        random.between(-28, 28),
      );
    }),
  balloons: (paint, random) =>
    many(7, (i) => {
      const colour = paint.accents[i % paint.accents.length] as string;
      const balloon = `<path d="M0,50 Q14,110 -4,170" stroke="${paint.outline}" stroke-width="2" fill="none" opacity=".6"/><ellipse rx="36" ry="44" fill="${colour}"/><path d="M-7,52 L7,52 L0,42 Z" fill="${darker(colour)}"/><ellipse cx="-12" cy="-15" rx="8" ry="13" fill="#fff" opacity=".5" transform="rotate(24 -12 -15)"/>`;
      return group(
        aside(random),
        random.between(110, 300),
        random.between(0.75, 1.1),
        balloon,
        random.between(-8, 8),
      );
    }),
  music: (paint, random) =>
    many(9, () =>
      group(
        aside(random),
        random.between(180, 420),
        random.between(0.7, 1.15),
        `<g fill="${accent(paint, random)}"><ellipse cx="-10" cy="22" rx="12" ry="9" transform="rotate(-20 -10 22)"/><rect x="-1" y="-30" width="5" height="52"/><path d="M2,-30 Q26,-22 18,2 Q20,-12 2,-14 Z"/></g>`,
        random.between(-16, 16),
      ),
    ),
  hearts: (paint, random) =>
    many(8, () =>
      group(
        aside(random),
        random.between(170, 440),
        random.between(0.5, 1.05),
        `<path d="M0,26 C-42,-4 -26,-36 0,-14 C26,-36 42,-4 0,26 Z" fill="${accent(paint, random)}" opacity=".9"/>`,
        random.between(-18, 18),
      ),
    ),
  fireflies: ({ light }, random) =>
    many(26, () =>
      group(
        random.between(20, 1_260),
        random.between(300, 600),
        random.between(0.6, 1.3),
        `<circle r="16" fill="${light}" opacity=".18"/><circle r="8" fill="${light}" opacity=".4"/><circle r="3.5" fill="#fffbe0"/>`,
      ),
    ),
  fish: (paint, random) =>
    many(5, () => {
      const colour = accent(paint, random);
      const turn = random.next() < 0.5 ? -1 : 1;
      return `<g transform="translate(${n(aside(random))} ${n(random.between(500, 560))}) scale(${turn} 1)"><path d="M-40,0 Q-4,-34 34,0 Q-4,34 -40,0 Z" fill="${colour}"/><path d="M-34,0 l-26,-18 v36 z" fill="${darker(colour, 0.12)}"/><circle cx="16" cy="-6" r="6" fill="#fff"/><circle cx="18" cy="-6" r="3" fill="#222"/></g>`;
    }),
};

const drawn = (table: Partial<Record<Prop, Draw>>, { props }: Scene, paint: Paint, random: Random): string =>
  (Object.keys(table) as Prop[])
    .map((prop) => (props.has(prop) ? (table[prop]?.(paint, random) ?? "") : ""))
    .join("");

/** What is to be seen behind the hero. */
export const thingsBehind = (scene: Scene, paint: Paint, random: Random): string =>
  drawn(behind, scene, paint, random);

/** What is to be seen beside and before the hero. */
export const thingsInFront = (scene: Scene, paint: Paint, random: Random): string =>
  drawn(infront, scene, paint, random);

/** The front of a paper boat, under whoever sails in it. */
export const boat = (width: number): string => {
  const w = width / 2;
  return `<path d="M${n(-w)},0 L${n(w)},0 L${n(w * 0.62)},74 L${n(-w * 0.62)},74 Z" fill="#fbf7ec"/><path d="M${n(-w)},0 L${n(w)},0 L0,40 Z" fill="#ece4d0"/><path d="M${n(-w)},0 L0,40 L${n(-w * 0.62)},74 Z" fill="#f4eedd"/><g stroke="#cfc6b0" stroke-width="3" stroke-linecap="round">${[-0.42, -0.2, 0.24, 0.44].map((t) => `<path d="M${n(w * t)},56 h${n(w * 0.14)}"/>`).join("")}</g>`;
};
