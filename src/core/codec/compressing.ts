import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { ResultCodec } from '../codec.ts'
import { CacheError } from '../errors.ts'

/** Begins what was compressed; behind it is base64. No codec of ours writes it, and that of a user's is kept apart. */
const mark = '\u0000'
/** Begins the text of a codec that begins like something compressed. Not base64. */
const plainMark = `${mark}=`

/** Of what is read: a text that claims to be larger is damaged. */
const textBytesMax = 256 * 1024 * 1024

/**
 * The codec, such that texts of at least this many bytes are compressed: DEFLATE, at its fastest, as base64.
 *
 * What was compressed is read whatever `minBytes` is now, so that processes may disagree about it.
 */
export function compressing(codec: ResultCodec, minBytes: number): ResultCodec {
  const plain = (text: string) =>
    !text.startsWith(mark) ? text : text.startsWith(plainMark) ? text.slice(plainMark.length) : inflated(text)
  return {
    name: codec.name,
    encode(value, model) {
      const text = codec.encode(value, model)
      if (Buffer.byteLength(text) >= minBytes) {
        const compressed = mark + deflateRawSync(text, { level: 1 }).toString('base64')
        // Of what is random there is only more.
        if (compressed.length < text.length) return compressed
      }
      return text.startsWith(mark) ? plainMark + text : text
    },
    decode: (text, model) => codec.decode(plain(text), model),
    ...(codec.parse && { parse: (text, model) => codec.parse!(plain(text), model) }),
  }
}

function inflated(text: string): string {
  try {
    const compressed = Buffer.from(text.slice(mark.length), 'base64')
    return inflateRawSync(compressed, { maxOutputLength: textBytesMax }).toString()
  } catch (cause) {
    throw new CacheError('CODEC.UNDECODABLE', 'A compressed entry in the store could not be read.', { cause })
  }
}
