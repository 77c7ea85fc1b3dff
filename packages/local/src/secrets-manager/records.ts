/** A value as it lies on disk. */
export interface Sealed {
  readonly kind: "string" | "binary";
  /** AES-256-GCM: nonce, tag and ciphertext in base64. */
  readonly sealed: string;
}

export interface Version {
  readonly id: string;
  /** Null in a rotation whose function has not put the new value yet. */
  readonly value: Sealed | null;
  readonly stages: readonly string[];
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly accessedAt: number | null;
}

export interface Rotation {
  readonly enabled: boolean;
  readonly functionArn: string;
  readonly everyMs: number | null;
  /** As they were given. */
  readonly rules: Readonly<Record<string, unknown>>;
  /** The version that is being made; null when no rotation is under way. */
  readonly pending: string | null;
  readonly rotatedAt: number | null;
}

export interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly description: string | null;
  readonly kmsKeyId: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: number;
  readonly changedAt: number;
  readonly accessedAt: number | null;
  /** When it was marked for deletion, and when it goes. */
  readonly deletion: { readonly markedAt: number; readonly dueAt: number } | null;
  readonly rotation: Rotation | null;
  readonly versions: readonly Version[];
}
