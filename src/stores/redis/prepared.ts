import { Command, Redis } from 'ioredis'
import type { Client } from './client.ts'

/**
 * A command that is sent again and again: what goes over the wire is made once. Of a lookup, with a dozen words, making it takes as long as all
 * that the plugin does around it.
 *
 * Source: https://redis.io/docs/latest/develop/reference/protocol-spec, "Sending commands to a Redis server".
 */
export class Prepared {
  readonly #name: string
  readonly #args: readonly string[]
  #text: string | undefined

  constructor([name, ...args]: readonly [string, ...string[]]) {
    this.#name = name
    this.#args = args
  }

  /** Makes what goes over the wire now, and not when it is sent first. */
  made(): this {
    this.#text ??= [this.#name, ...this.#args].reduce(
      (text, word) => `${text}$${Buffer.byteLength(word)}\r\n${word}\r\n`,
      `*${1 + this.#args.length}\r\n`,
    )
    return this
  }

  /** Resolves to the reply, with texts. */
  sendBy(client: Client): Promise<unknown> {
    if (!sendsAsItIs(client)) return client.call(this.#name, ...this.#args)
    this.made()
    return client.sendCommand(new PreparedCommand(this.#name, this.#args, this.#text!)) as Promise<unknown>
  }
}

/**
 * Whether a command may be made for the client. One of another copy of ioredis may know other commands; one that pipelines by itself would send it
 * before what it was asked for earlier; one with a prefix puts that before the keys among the words; and what somebody has put in the place of a
 * method may go by the words, and change them.
 */
function sendsAsItIs(client: Client): client is Redis {
  const { call, sendCommand } = Redis.prototype
  const isOurs = client instanceof Redis && client.call === call && client.sendCommand === sendCommand
  return isOurs && !client.options.enableAutoPipelining && !client.options.keyPrefix
}

class PreparedCommand extends Command {
  readonly #text: string

  constructor(name: string, args: readonly string[], text: string) {
    super(name, nothing, { replyEncoding: 'utf8' })
    // For those who watch commands; they are not made into text.
    this.args = args as string[]
    this.#text = text
  }

  override toWritable(): string {
    return this.#text
  }
}

const nothing: never[] = []
