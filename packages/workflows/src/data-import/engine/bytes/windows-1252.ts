/** Code points of bytes 0x80 to 0x9F (WHATWG Encoding Standard, index windows-1252); 0 where none is assigned. */
const c1 = [
  0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,
  0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a,
  0x0153, 0, 0x017e, 0x0178,
];

/**
 * Windows-1252 as UTF-8.
 *
 * @returns null when a byte is none of that encoding.
 */
export function windows1252ToUtf8(bytes: Uint8Array): Buffer | null {
  const out = Buffer.allocUnsafe(bytes.length * 3);
  let to = 0;
  for (const byte of bytes) {
    if (byte < 0x80) {
      out[to++] = byte;
      continue;
    }
    const code = byte < 0xa0 ? (c1[byte - 0x80] as number) : byte;
    if (code === 0) return null;
    if (code < 0x800) out[to++] = 0xc0 | (code >> 6);
    else {
      out[to++] = 0xe0 | (code >> 12);
      out[to++] = 0x80 | ((code >> 6) & 0x3f);
    }
    out[to++] = 0x80 | (code & 0x3f);
  }
  return out.subarray(0, to);
}
