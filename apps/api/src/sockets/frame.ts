/**
 * A text as one WebSocket frame (RFC 6455, section 5.2: final, text, not masked, as a server's are). Whoever writes it to
 * the wire needs one buffer and one system call.
 */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
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
  frame.write(text, begin);
  return frame;
}
