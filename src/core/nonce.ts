import { randomBytes } from 'node:crypto'

/** A fresh name that nobody has used: 96 random bits as 16 characters of base64url. Stamps, lease tokens and intents use it. */
export type MakeNonce = () => string

const bytesPerNonce = 12
const noncesPerDraw = 256

/** Draws random bytes in blocks: one system call for 256 nonces. */
export function createNonceSource(): MakeNonce {
  let pool = Buffer.alloc(0)
  let offset = 0
  return () => {
    if (offset >= pool.length) {
      pool = randomBytes(bytesPerNonce * noncesPerDraw)
      offset = 0
    }
    offset += bytesPerNonce
    return pool.toString('base64url', offset - bytesPerNonce, offset)
  }
}
