/**
 * A text as one WebSocket frame (RFC 6455, section 5.2: final, text, not masked, as a server's are). Whoever writes it to
 * the wire needs one buffer and one system call.
 */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const { frame, begin } = frameFor(length);
  frame.write(text, begin);
  return frame;
}

/** The same for a text of which a part is there in UTF-8, between two others that hold nothing beyond ASCII. */
export function framed(before: string, middle: Buffer, after: string): Buffer {
  const { frame, begin } = frameFor(before.length + middle.length + after.length);
  frame.write(before, begin, "latin1");
  frame.set(middle, begin + before.length);
  frame.write(after, begin + before.length + middle.length, "latin1");
  return frame;
}

/** A frame with room for so many bytes, from `begin` on. */
function frameFor(length: number): { frame: Buffer; begin: number } {
  const begin = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(begin + length);
  frame[0] = 0x81;
  if (begin === 2) {
    frame[1] = length;
  } else if (begin === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeUIntBE(0, 2, 2);
    frame.writeUIntBE(length, 4, 6);
  }
  return { frame, begin };
}
