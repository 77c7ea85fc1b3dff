/** A JSON value that is known as text, as value or as both: the other form is made when it is asked for. */
export class Json {
  private constructor(
    private known: string | undefined,
    private parsed: { value: unknown } | undefined,
  ) {}

  static text(text: string): Json {
    return new Json(text, undefined);
  }

  static value(value: unknown): Json {
    return new Json(undefined, { value });
  }

  get text(): string {
    this.known ??= JSON.stringify(this.parsed?.value);
    return this.known;
  }

  get value(): unknown {
    this.parsed ??= { value: JSON.parse(this.known ?? "null") as unknown };
    return this.parsed.value;
  }
}
