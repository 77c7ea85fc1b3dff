export interface Settings {
  readonly dataDir: string;
  readonly port: number;
  readonly url: string;
}

export interface Options {
  readonly say: (sentence: string) => void;
  readonly onEnd: (sentence: string) => void;
  readonly webDir: string | null;
  readonly webUrl?: string;
}

export class Longhaul {
  constructor(settings: Settings, options: Options);
  start(): Promise<{ readonly urls: Readonly<Record<string, string>> }>;
  stop(): Promise<void>;
}
