import sharp from "sharp";
import { darker, lighter, mix, n, pageHeight, pageWidth } from "../pictures/paint.js";
import { readingFont, render, titleFont } from "../pictures/render.js";
import { escapeXml, wrap } from "./lettering.js";

const ink = "#3b2f2a";
const cream = "#fff8ea";

interface Lines {
  readonly lines: readonly string[];
  readonly size: number;
  readonly height: number;
}

/** The largest letters with which a page's text leaves room for its picture. */
export function fitCaption(text: string): Lines {
  const fits = [36, 33, 30, 27, 24, 21].map((size) => {
    const lines = wrap(text, (pageWidth - 190) / size);
    return { lines, size, height: Math.ceil(lines.length * size * 1.34 + 44) };
  });
  const found = fits.find(({ height, size }) => height <= (size >= 27 ? 204 : 300)) ?? fits.at(-1);
  return found as Lines;
}

export interface PageFrame {
  readonly picture: Uint8Array;
  readonly text: string;
  readonly number: number;
  readonly accent: string;
}

/** A page of the film: the picture above, its text on a strip of paper below. */
export async function pageFrame({ picture, text, number, accent }: PageFrame): Promise<Buffer> {
  const { lines, size, height } = fitCaption(text);
  const top = pageHeight - height;
  const cropped = await sharp(picture)
    .resize(pageWidth, pageHeight, { fit: "cover" })
    .extract({ left: 0, top: 0, width: pageWidth, height: top + 14 })
    .png({ compressionLevel: 1 })
    .toBuffer();
  const wave = Array.from({ length: 33 }, () => "q20,-9 40,0").join(" ");
  const badge = `<circle cx="${pageWidth - 52}" cy="${n(top + height / 2)}" r="25" fill="${accent}"/><text x="${pageWidth - 52}" y="${n(top + height / 2 + 9)}" font-family="${titleFont}" font-size="26" fill="#fff" text-anchor="middle">${number}</text>`;
  return render(
    svg(
      `<image width="${pageWidth}" height="${top + 14}" xlink:href="${dataOf(cropped)}"/>` +
        `<path d="M-20,${top + 8} ${wave} V${pageHeight + 20} H-20 Z" fill="${darker(accent, 0.1)}" opacity=".35"/>` +
        `<path d="M-10,${top + 12} ${wave} V${pageHeight + 20} H-10 Z" fill="${cream}"/>` +
        textLines(lines, { x: 64, y: top + 30 + size, size, font: readingFont }) +
        badge,
    ),
    text,
  );
}

export interface TitleFrame {
  readonly title: string;
  readonly childName: string;
  readonly drawing: Uint8Array;
  readonly accents: readonly string[];
  readonly note: string | null;
}

/** The title: the child's drawing as a print with a strip of tape, beside the name of the story. */
export async function titleFrame({ title, childName, drawing, accents, note }: TitleFrame): Promise<Buffer> {
  const [first = "#e8a33d", second = first] = accents;
  const print = await sharp(drawing)
    .resize(520, 520, { fit: "inside" })
    .png()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = print.info;
  const size = title.length > 60 ? 46 : title.length > 34 ? 58 : 72;
  const lines = wrap(title, 530 / size);
  const top = 330 - (lines.length * size * 1.12) / 2;
  const end = top + lines.length * size * 1.12;
  const by = wrap(`A story for ${childName}`, 530 / 34);
  return render(
    svg(
      paper(first, second) +
        `<g transform="translate(336 360) rotate(-3.5)"><rect x="${n(-width / 2 - 20)}" y="${n(-height / 2 - 20)}" width="${width + 40}" height="${height + 40}" rx="6" fill="#10142a" opacity=".16" transform="translate(7 10)"/><rect x="${n(-width / 2 - 20)}" y="${n(-height / 2 - 20)}" width="${width + 40}" height="${height + 40}" rx="6" fill="#fff"/><image x="${n(-width / 2)}" y="${n(-height / 2)}" width="${width}" height="${height}" xlink:href="${dataOf(print.data)}"/><rect x="-64" y="${n(-height / 2 - 42)}" width="128" height="38" fill="${lighter(second, 0.45)}" opacity=".85" transform="rotate(3)"/></g>` +
        textLines(lines, {
          x: 690,
          y: top + size * 0.8,
          size,
          font: titleFont,
          leading: 1.12,
          fill: darker(first, 0.42),
        }) +
        textLines(by, { x: 692, y: end + 34, size: 34, font: readingFont }) +
        (note
          ? textLines(wrap(note, 530 / 19), {
              x: 692,
              y: end + 60 + by.length * 46,
              size: 19,
              font: readingFont,
              fill: mix(ink, cream, 0.35),
            })
          : ""),
    ),
    `${title} ${childName}`,
  );
}

/** The last page. */
export async function endFrame(cutOut: Uint8Array, accents: readonly string[]): Promise<Buffer> {
  const [first = "#e8a33d", second = first] = accents;
  const small = await sharp(cutOut)
    .resize(460, 300, { fit: "inside" })
    .png()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = small.info;
  return render(
    svg(
      paper(second, first) +
        `<text x="640" y="230" font-family="${titleFont}" font-size="110" text-anchor="middle" fill="${darker(first, 0.4)}">The End</text>` +
        `<ellipse cx="640" cy="622" rx="${n(width * 0.42)}" ry="12" fill="#10142a" opacity=".16"/>` +
        `<image x="${n(640 - width / 2)}" y="${n(622 - height)}" width="${width}" height="${height}" xlink:href="${dataOf(small.data)}"/>`,
    ),
    "The End",
  );
}

function paper(first: string, second: string): string {
  const dots = Array.from({ length: 46 }, (_, i) => {
    const [x, y] = [(i * 397) % 1_280, (i * 233) % 720];
    return `<circle cx="${x}" cy="${y}" r="${4 + (i % 4) * 3}" fill="${i % 2 ? first : second}" opacity=".16"/>`;
  });
  return `<rect width="${pageWidth}" height="${pageHeight}" fill="${cream}"/>${dots.join("")}<rect x="22" y="22" width="${pageWidth - 44}" height="${pageHeight - 44}" rx="30" fill="none" stroke="${first}" stroke-width="7" stroke-dasharray="2 17" stroke-linecap="round"/>`;
}

interface Lettering {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly font: string;
  readonly leading?: number;
  readonly fill?: string;
}

const textLines = (
  lines: readonly string[],
  { x, y, size, font, leading = 1.34, fill = ink }: Lettering,
): string =>
  lines
    .map(
      (line, i) =>
        `<text x="${n(x)}" y="${n(y + i * size * leading)}" font-family="${font}" font-size="${size}" fill="${fill}">${escapeXml(line)}</text>`,
    )
    .join("");

const dataOf = (png: Uint8Array): string => `data:image/png;base64,${Buffer.from(png).toString("base64")}`;

const svg = (content: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${pageWidth}" height="${pageHeight}" viewBox="0 0 ${pageWidth} ${pageHeight}">${content}</svg>`;
