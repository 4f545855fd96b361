import { endianness } from "node:os"

const SWAPPED = endianness() === "BE"

/**
 * Makes the function that gives the UTF-16 code units of a text, which the runtime copies in a twentieth of the time that
 * asking for one after the other takes. Reuses its memory: a result is valid until the next call, and goes on beyond the
 * end of the text with what happens to stand there.
 */
export const makeCodes = (): (text: string) => Uint16Array => {
  let bytes = Buffer.alloc(1 << 14)
  let codes = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1)
  return (text) => {
    if (text.length > codes.length) {
      bytes = Buffer.alloc(4 * text.length)
      codes = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1)
    }
    const written = bytes.write(text, "utf16le")
    if (SWAPPED) bytes.subarray(0, written).swap16()
    return codes
  }
}
