import { chroma, hue, type Lab } from "./lab.js";

/** Upper ends of the hues in degrees of L*a*b*. */
const hues: readonly (readonly [until: number, name: string])[] = [
  [18, "pink"],
  [48, "red"],
  [76, "orange"],
  [106, "yellow"],
  [172, "green"],
  [222, "turquoise"],
  [303, "blue"],
  [329, "purple"],
  [360, "pink"],
];

/** A colour in a word or two that a child would use. */
export function colourName(lab: Lab): string {
  const [lightness] = lab;
  if (chroma(lab) < 12) return greyName(lightness);
  const angle = hue(lab);
  const base = hues.find(([until]) => angle <= until)?.[1] ?? "red";
  if (base === "red" && lightness > 66) return "pink";
  if ((base === "orange" || base === "yellow" || base === "red") && isBrown(lab)) {
    return lightness < 30 ? "dark brown" : lightness > 58 ? "light brown" : "brown";
  }
  if (lightness < 28) return `dark ${base}`;
  if (lightness > 78 && base !== "yellow" && base !== "pink") return `light ${base}`;
  return base;
}

function isBrown(lab: Lab): boolean {
  const angle = hue(lab);
  if (angle <= 48) return lab[0] < 42 && chroma(lab) < 45;
  return lab[0] < 62 && chroma(lab) < 52;
}

function greyName(lightness: number): string {
  if (lightness > 90) return "white";
  if (lightness > 68) return "light grey";
  if (lightness > 38) return "grey";
  return lightness > 20 ? "dark grey" : "black";
}

/** The colour without how light or dark it is: "dark blue" is "blue". */
export const plainColour = (name: string): string => name.replace(/^(light|dark) /, "");
