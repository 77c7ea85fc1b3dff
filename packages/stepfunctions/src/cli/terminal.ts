import { styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

/** Where a command prints. Colours are for terminals, and not where NO_COLOR is set: styleText sees to both. */
export const terminal = {
  out(line: string): void {
    process.stdout.write(`${line}\n`);
  },
  error(line: string): void {
    process.stderr.write(`${line}\n`);
  },
  paint(style: Style, text: string): string {
    return styleText(style, text, { stream: process.stdout });
  },
  paintError(style: Style, text: string): string {
    return styleText(style, text, { stream: process.stderr });
  },
  /** Columns of the terminal; undefined for files and pipes. */
  get columns(): number | undefined {
    return process.stdout.isTTY ? process.stdout.columns : undefined;
  },
};

/** A text that a terminal cannot take for commands: control characters are shown by their code. */
export function plain(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (character) =>
    character === "\n" || character === "\t"
      ? " "
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A text cut to a number of characters. */
export function short(text: string, length: number): string {
  const points = [...plain(text.slice(0, 4 * length + 4))];
  return points.length <= length ? points.join("") : `${points.slice(0, Math.max(1, length - 1)).join("")}…`;
}
