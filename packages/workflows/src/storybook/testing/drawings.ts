import sharp from "sharp";

export interface SampleOptions {
  readonly width?: number;
  readonly height?: number;
  readonly paper?: string;
}

/** A child's drawing made by code: a sun, a house with a roof, a tree, flowers and a meadow, in crayon. */
export function sampleSvg({ width = 800, height = 600, paper = "#fdfbf4" }: SampleOptions = {}): string {
  const rays = Array.from({ length: 10 }, (_, i) => {
    const angle = (i * Math.PI) / 5;
    const at = (r: number) => `${150 + r * Math.cos(angle)},${130 + r * Math.sin(angle)}`;
    return `<path d="M${at(88)} L${at(122)}" stroke="#f2b705" stroke-width="9" stroke-linecap="round"/>`;
  }).join("");
  const flower = (x: number, y: number, colour: string) =>
    `<path d="M${x},${y} q4,24 -2,46" stroke="#2f8f3a" stroke-width="6" fill="none"/>` +
    `<circle cx="${x}" cy="${y}" r="16" fill="${colour}"/><circle cx="${x}" cy="${y}" r="6" fill="#f7d83c"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 800 600">
<rect width="800" height="600" fill="${paper}"/>
<circle cx="150" cy="130" r="68" fill="#f9c916"/>${rays}
<path d="M40,520 q180,-52 380,-14 t350,-6 l-4,70 q-360,14 -720,2 z" fill="#5cb84a"/>
<rect x="330" y="300" width="190" height="200" fill="#d8412f"/>
<path d="M300,306 L425,196 L552,304 Z" fill="#7a4a2b"/>
<rect x="402" y="404" width="52" height="96" fill="#6b3f22"/>
<rect x="350" y="336" width="46" height="44" fill="#8fd0f0" stroke="#333" stroke-width="5"/>
<rect x="458" y="336" width="46" height="44" fill="#8fd0f0" stroke="#333" stroke-width="5"/>
<rect x="634" y="360" width="34" height="140" fill="#7a4a2b"/>
<circle cx="652" cy="312" r="76" fill="#3f9d45"/>
${flower(110, 470, "#e8559a")}${flower(190, 480, "#8a4fc7")}${flower(262, 462, "#e8559a")}
</svg>`;
}

export const samplePng = (options?: SampleOptions): Promise<Buffer> =>
  sharp(Buffer.from(sampleSvg(options)))
    .png()
    .toBuffer();

/** A friendly monster in thick felt-tip lines, not coloured in. */
export const monsterSvg = `<svg xmlns="http://www.w3.org/2000/svg" width="700" height="800" viewBox="0 0 700 800">
<rect width="700" height="800" fill="#f4f4f2"/>
<g fill="none" stroke="#2b2b33" stroke-width="14" stroke-linecap="round" stroke-linejoin="round">
<path d="M190,640 C110,420 170,180 350,176 C530,180 590,420 510,640 C480,700 440,640 400,682 C370,720 330,720 300,682 C260,640 220,700 190,640 Z"/>
<path d="M250,196 L214,90 M450,196 L490,92"/><path d="M262,520 q88,80 176,0"/>
<path d="M176,430 q-86,10 -100,90 M524,430 q86,10 100,90"/></g>
<circle cx="280" cy="360" r="52" fill="#3aa7d9"/><circle cx="420" cy="360" r="52" fill="#3aa7d9"/>
<circle cx="288" cy="368" r="20" fill="#1c1c22"/><circle cx="412" cy="368" r="20" fill="#1c1c22"/>
<circle cx="210" cy="84" r="24" fill="#e2452f"/><circle cx="494" cy="84" r="24" fill="#e2452f"/></svg>`;

/** Paint from edge to edge: a boat on the sea at night, with no bare paper. */
export const paintingSvg = `<svg xmlns="http://www.w3.org/2000/svg" width="900" height="640" viewBox="0 0 900 640">
<rect width="900" height="400" fill="#1d2a5e"/><rect y="380" width="900" height="260" fill="#16708c"/>
<circle cx="700" cy="120" r="62" fill="#f4ecc2"/>
<path d="M250,420 L620,420 L550,500 L320,500 Z" fill="#9c3d22"/><path d="M430,410 L430,190 L590,400 Z" fill="#f2efe6"/></svg>`;

export const pngOf = (svg: string): Promise<Buffer> => sharp(Buffer.from(svg)).png().toBuffer();
