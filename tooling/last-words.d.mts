export function lastWords(log: string): string;
