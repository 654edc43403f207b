import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Redis } from 'ioredis'
import type { Steps } from './steps.ts'

type Command = Parameters<Redis['sendCommand']>[0]

/**
 * Makes every Redis client of this process pass the steps of writes and loads, so that the cache can be given a URL, as anywhere.
 *
 * Returns what resolves when the next intent has been confirmed.
 */
export function stepRedis(steps: Steps): () => Promise<void> {
  let confirm = () => {}
  const confirmed = new Promise<void>((done) => {
    confirm = done
  })

  function onReply(script: Script, reply: unknown): void {
    if (script === 'intend') confirm()
    if (script === 'touch' && !isChanged(reply)) steps.reach('invalidated')
    if (script === 'obtain-stamps' && hasLease(reply)) steps.reach('load-begun')
  }

  const send = Redis.prototype.sendCommand
  Redis.prototype.sendCommand = function (this: Redis, command: Command, stream) {
    const script = scriptOf(command)
    if (script === undefined) return send.call(this, command, stream)
    const { resolve } = command
    command.resolve = (reply) => {
      onReply(script, reply)
      resolve(reply)
    }
    return send.call(this, command, stream)
  }
  return () => confirmed
}

/** The shapes in use were others: it is asked once more. */
function isChanged(reply: unknown): boolean {
  return Array.isArray(reply) && String(reply[0]) === 'CHANGED'
}

/** Stamps are texts; of a lease there is a number, -1 when it was taken. */
function hasLease(reply: unknown): boolean {
  return Array.isArray(reply) && reply.includes(-1)
}

const scripts = ['intend', 'touch', 'obtain-stamps'] as const
type Script = (typeof scripts)[number]

/** By their texts, and by the digests under which Redis knows them. */
const scriptOfText = new Map(
  scripts.flatMap((name) => {
    const text = readFileSync(new URL(`../../src/stores/redis/scripts/${name}.lua`, import.meta.url), 'utf8')
    return [text, createHash('sha1').update(text).digest('hex')].map((one) => [one, name] as const)
  }),
)

function scriptOf({ name, args: [script] }: Command): Script | undefined {
  return name === 'eval' || name === 'evalsha' ? scriptOfText.get(String(script)) : undefined
}
