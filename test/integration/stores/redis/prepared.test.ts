import { Command, Redis } from 'ioredis'
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest'
import { Prepared } from '../../../../src/stores/redis/prepared.ts'
import { stopLater } from '../../../services/cleanup.ts'
import { freshNamespace } from '../../../services/fresh.ts'

describe('a prepared command', () => {
  function open(): Redis {
    const client = new Redis(inject('redisUrl'))
    stopLater(async () => client.disconnect())
    return client
  }

  it('is what a client makes of it, however often it is sent', async () => {
    const client = open()
    const words = [freshNamespace(), 'Zürich', '', '東京 ✈', 'a\r\nb', 'x'.repeat(10_000)] as const
    await client.mset(words.flatMap((word) => [`${words[0]}${word}`, word]))
    const keys = words.map((word) => `${words[0]}${word}`)
    const prepared = new Prepared(['mget', ...keys])
    for (let i = 0; i < 2; i += 1) expect(await prepared.sendBy(client)).toEqual(words)
  })

  it('is rejected as another one is', async () => {
    const error = await new Prepared(['get']).sendBy(open()).catch((error: unknown) => error)
    expect(error).toMatchObject({ name: 'ReplyError', message: expect.stringContaining('wrong number of arguments') })
  })

  it('tells its words to those who watch commands', async () => {
    const client = open()
    const sendCommand = vi.spyOn(Redis.prototype, 'sendCommand')
    onTestFinished(() => sendCommand.mockRestore())
    await new Prepared(['get', 'some key']).sendBy(client)
    const [[command] = []] = sendCommand.mock.calls
    expect(command).toBeInstanceOf(Command)
    expect(command).toMatchObject({ name: 'get', args: ['some key'] })
  })

  it('is a call where somebody has put another one in its place', async () => {
    const client = open()
    const call = vi.spyOn(client, 'call')
    await new Prepared(['get', 'some key']).sendBy(client)
    expect(call.mock.calls).toEqual([['get', 'some key']])
  })

  it('is a call where somebody may change its words on their way', async () => {
    const client = open()
    const name = freshNamespace()
    await client.set(`mine:${name}`, 'value')
    const { sendCommand } = client
    Object.assign(client, {
      sendCommand(command: Command, ...rest: []) {
        command.args = command.args.map((word) => `mine:${word}`)
        return sendCommand.call(this, command, ...rest)
      },
    })
    expect(await new Prepared(['get', name]).sendBy(client)).toBe('value')
  })

  it('is a call of a client that puts a prefix before its keys', async () => {
    const client = new Redis(inject('redisUrl'), { keyPrefix: 'mine:' })
    stopLater(async () => client.disconnect())
    const name = freshNamespace()
    await client.set(name, 'value')
    expect(await new Prepared(['get', name]).made().sendBy(client)).toBe('value')
  })

  it('comes after what was asked for before, also of a client that pipelines by itself', async () => {
    const client = new Redis(inject('redisUrl'), { enableAutoPipelining: true })
    stopLater(async () => client.disconnect())
    const name = freshNamespace()
    const before = client.call('set', name, 'set before')
    expect(await new Prepared(['get', name]).sendBy(client)).toBe('set before')
    await before
  })

  it('is a call of a client that another copy of ioredis has made', async () => {
    const call = vi.fn(async () => 'theirs')
    expect(await new Prepared(['get', 'some key']).sendBy({ call } as never)).toBe('theirs')
    expect(call.mock.calls).toEqual([['get', 'some key']])
  })
})
