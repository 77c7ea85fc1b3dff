import type { Random } from "../writing/random.js";
import { group, lighter, many, mix, n, type Paint, pageHeight, pageWidth } from "./paint.js";
import type { Scene } from "./scene.js";

/** The sky with what hangs in it, behind everything else. */
export function sky(scene: Scene, paint: Paint, random: Random): string {
  const { time, weather, props } = scene;
  const [top, bottom] = paint.sky;
  const parts = [
    `<defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${top}"/><stop offset=".72" stop-color="${bottom}"/></linearGradient></defs>`,
    `<rect width="${pageWidth}" height="${pageHeight}" fill="url(#sky)"/>`,
    strokes(paint, random),
  ];
  if (time === "night") parts.push(stars(random), moon(paint, random));
  else if (weather === "clear" || weather === "snow") parts.push(sun(time === "evening", paint, random));
  if (props.has("rainbow")) parts.push(rainbow());
  const wanted = weather !== "clear" ? 7 : props.has("clouds") ? 5 : 2;
  parts.push(clouds(wanted, paint, random));
  return parts.join("");
}

/** Wide, faint crayon strokes, so that the sky is not a printed one. */
function strokes({ sky: [top] }: Paint, random: Random): string {
  return many(16, () => {
    const y = random.between(0, 380);
    const x = random.between(-100, pageWidth - 200);
    const length = random.between(220, 620);
    return `<path d="M${n(x)},${n(y)} q${n(length / 2)},${n(random.between(-16, 16))} ${n(length)},0" stroke="${lighter(top, 0.5)}" stroke-width="${n(random.between(8, 22))}" stroke-linecap="round" fill="none" opacity=".13"/>`;
  });
}

function sun(low: boolean, { light }: Paint, random: Random): string {
  const x = random.next() < 0.5 ? random.between(120, 330) : random.between(950, 1_160);
  const y = low ? random.between(300, 350) : random.between(86, 150);
  const r = low ? 78 : 58;
  const rays = many(14, (i) => {
    const angle = (i / 14) * 2 * Math.PI;
    const length = r + (i % 2 === 0 ? 44 : 30);
    const at = (far: number) => `${n(far * Math.cos(angle))},${n(far * Math.sin(angle))}`;
    return `<path d="M${at(r + 14)} L${at(length)}" stroke="${light}" stroke-width="9" stroke-linecap="round"/>`;
  });
  const glow = [150, 112].map((far) => `<circle r="${far}" fill="${light}" opacity=".16"/>`).join("");
  const face = `<circle r="${r}" fill="${light}"/><circle r="${r - 9}" fill="${lighter(light, 0.18)}"/>`;
  return group(x, y, 1, glow + (low ? "" : rays) + face, random.between(-8, 8));
}

function moon({ light, sky: [top] }: Paint, random: Random): string {
  const crescent = random.next() < 0.5;
  const shape = crescent
    ? `<path d="M18,-62 A64,64 0 1 0 18,62 A50,50 0 1 1 18,-62 Z" fill="${light}"/>`
    : `<circle r="60" fill="${light}"/><g fill="${mix(light, top, 0.16)}"><circle cx="-18" cy="-16" r="13"/><circle cx="20" cy="10" r="9"/><circle cx="-8" cy="26" r="7"/></g>`;
  const glow = [140, 100].map((far) => `<circle r="${far}" fill="${light}" opacity=".1"/>`).join("");
  return group(random.between(160, 1_120), random.between(96, 150), 1, glow + shape, random.between(-20, 20));
}

function stars(random: Random): string {
  const small = many(70, () => {
    const y = random.between(0, 430);
    return `<circle cx="${n(random.between(0, pageWidth))}" cy="${n(y)}" r="${n(random.between(1, 2.6))}" fill="#fff" opacity="${n(random.between(0.4, 1))}"/>`;
  });
  const large = many(9, () =>
    group(
      random.between(40, pageWidth - 40),
      random.between(30, 330),
      random.between(0.6, 1.2),
      `<path d="M0,-15 C2,-4 4,-2 15,0 C4,2 2,4 0,15 C-2,4 -4,2 -15,0 C-4,-2 -2,-4 0,-15 Z" fill="#fff6d0"/>`,
      random.between(-20, 20),
    ),
  );
  return small + large;
}

function clouds(count: number, { cloud, sky: [, bottom] }: Paint, random: Random): string {
  return many(count, (i) => {
    const x = ((i + random.between(0.15, 0.85)) / count) * pageWidth;
    const shade = mix(cloud, bottom, 0.35);
    const puff = (fill: string, down: number) =>
      `<g fill="${fill}"><ellipse cx="0" cy="${18 + down}" rx="92" ry="26"/><circle cx="-42" cy="${4 + down}" r="30"/><circle cx="4" cy="${-14 + down}" r="42"/><circle cx="48" cy="${4 + down}" r="28"/></g>`;
    return group(x, random.between(50, 210), random.between(0.6, 1.15), puff(shade, 6) + puff(cloud, 0));
  });
}

function rainbow(): string {
  const bands = ["#e8574f", "#f59b42", "#f7d64a", "#6cbf5f", "#5aa9e6", "#9a7bd0"];
  return bands
    .map(
      (colour, i) =>
        `<circle cx="640" cy="560" r="${470 - i * 21}" fill="none" stroke="${colour}" stroke-width="21" opacity=".62"/>`,
    )
    .join("");
}

/** What falls in front of everything. */
export function falling({ weather }: Scene, random: Random): string {
  if (weather === "fog") {
    return many(
      6,
      (i) =>
        `<ellipse cx="${n(random.between(0, pageWidth))}" cy="${240 + i * 62}" rx="620" ry="44" fill="#eef1f3" opacity=".36"/>`,
    );
  }
  if (weather === "rain") {
    return many(120, () => {
      const [x, y] = [random.between(-20, pageWidth + 60), random.between(0, pageHeight)];
      return `<path d="M${n(x)},${n(y)} l-7,26" stroke="#dfeefa" stroke-width="3" stroke-linecap="round" opacity=".62"/>`;
    });
  }
  if (weather !== "snow") return "";
  return many(
    110,
    () =>
      `<circle cx="${n(random.between(0, pageWidth))}" cy="${n(random.between(0, pageHeight))}" r="${n(random.between(2, 6))}" fill="#fff" opacity=".9"/>`,
  );
}
