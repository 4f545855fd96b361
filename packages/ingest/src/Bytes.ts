import { BadInput } from "@spillway/domain"
import { closeSync, createReadStream, openSync, readSync } from "node:fs"
import type { Readable } from "node:stream"
import { createGunzip, createZstdDecompress } from "node:zlib"

/** How a file's bytes are packed; `parquet` is no text at all. */
export type Packing = "plain" | "gzip" | "zstd" | "parquet"

const magic: ReadonlyArray<readonly [Packing, ReadonlyArray<number>]> = [
  ["gzip", [0x1f, 0x8b]],
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
  ["parquet", [0x50, 0x41, 0x52, 0x31]]
]

const utf16 = (head: Uint8Array) => (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)

/** Tells the packing by the file's first bytes; its name does not matter. */
export const packingOf = (path: string): Packing => {
  const head = new Uint8Array(4)
  const file = openSync(path, "r")
  try {
    readSync(file, head)
  } finally {
    closeSync(file)
  }
  if (utf16(head)) {
    throw new BadInput({ source: path, problem: "the text is UTF-16", mend: "Save the file as UTF-8" })
  }
  return magic.find(([, bytes]) => bytes.every((byte, i) => head[i] === byte))?.[0] ?? "plain"
}

/** Why a file cannot be read to its end. */
const readingError = (path: string, packing: Packing, error: unknown): BadInput => {
  const { code = "", message } = error as NodeJS.ErrnoException
  const problem = code === "Z_BUF_ERROR"
    ? `the ${packing} data ends too early`
    : /^(?:Z_|ZSTD_|ERR_TRAILING)/.test(code)
    ? `the ${packing} data is damaged`
    : message
  return new BadInput({
    source: path,
    problem,
    mend: "Get the file anew and import it again; what was read before is kept and will be found unchanged"
  })
}

/** Text of a file, unpacked, in pieces, with the number of (packed) bytes read so far. */
export async function* textOf(
  path: string,
  packing: Exclude<Packing, "parquet">
): AsyncGenerator<{ readonly text: string; readonly bytes: number }> {
  const file = createReadStream(path, { highWaterMark: 1 << 18 })
  const unpack = packing === "gzip"
    ? createGunzip({ chunkSize: 1 << 18 })
    : packing === "zstd"
    ? createZstdDecompress({ chunkSize: 1 << 18 })
    : undefined
  if (unpack !== undefined) file.on("error", (error) => unpack.destroy(error)).pipe(unpack)
  const source: Readable = unpack ?? file
  const decoder = new TextDecoder()
  try {
    for await (const bytes of source) {
      yield { text: decoder.decode(bytes as Buffer, { stream: true }), bytes: file.bytesRead }
    }
    yield { text: decoder.decode(), bytes: file.bytesRead }
  } catch (error) {
    throw readingError(path, packing, error)
  } finally {
    file.destroy()
  }
}
