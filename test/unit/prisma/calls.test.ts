import { describe, expect, it, type Mock, onTestFinished, vi } from 'vitest'
import { type CallableModels, callableModels, withShortCalls } from '../../../src/prisma/calls.ts'
import { modelOf } from '../analysis/schemas.ts'

function withMethods({ ofClient, ofModel }: { readonly ofClient?: object; readonly ofModel?: object }) {
  return { getAllClientExtensions: () => ofClient, getAllModelExtensions: () => ofModel }
}

interface ClientLike {
  readonly counts: { models: number }
  readonly findMany: Mock<(args: unknown) => object>
  readonly city: { findMany(args: unknown): object; count(): unknown }
  readonly _extensions: object
  readonly _appliedParent: object
  _request(asked: object): Promise<unknown>
}

/** Extensions of a client, with nothing of their own in the place of models and operations. */
const noMethods = { getAllClientExtensions: () => undefined, getAllModelExtensions: () => undefined }

/** As much of a client as is looked at: what its calls ask for, and how often its model was asked for. */
function clientLike({ asks = {}, extensions = noMethods as object, ofModel = {} } = {}) {
  const usual = { dataPath: [], action: 'findMany', model: 'City', clientMethod: 'city.findMany', jsModelName: 'city' }
  const location = { getLocation: () => 'somewhere', _error: new Error('for its stack') }
  const counts = { models: 0 }
  const findMany = vi.fn((args: unknown) => {
    const perform = (transaction?: unknown) =>
      client._request({ ...usual, args, transaction, callsite: location, ...asks })
    return {
      // biome-ignore lint/suspicious/noThenProperty: as promises of Prisma.
      then: (...then: Parameters<Promise<unknown>['then']>) => perform().then(...then),
      requestTransaction: perform,
    }
  })
  const parent = {}
  const client: ClientLike = {
    counts,
    findMany,
    get city() {
      counts.models += 1
      return { findMany, count: () => 'a number', $name: 'City', $parent: parent, ...ofModel }
    },
    _extensions: extensions,
    _appliedParent: parent,
    _request: async (asked: object): Promise<unknown> => asked,
  }
  return client
}

const models: CallableModels = new Map([['city', { name: 'City', relations: ['country'] }]])
const answered = { mayBeAnswered: () => true }

describe('short calls', () => {
  it('ask for the same, and for their arguments', async () => {
    const client = clientLike()
    const asked = (await withShortCalls(client, answered, models).city.findMany({ take: 1 })) as object
    const usual = (await client.city.findMany({ take: 1 })) as object
    const { callsite, ...rest } = asked as { callsite: object }
    expect({ ...rest, callsite: (usual as typeof asked & { callsite: object }).callsite }).toEqual(usual)
    expect(callsite.constructor.name).toBe('Place')
  })

  it('are made when they are first asked for, once', () => {
    const client = clientLike()
    const short = withShortCalls(client, answered, models)
    expect(client.counts.models).toBe(0)
    const { city } = short
    expect(short.city).toBe(city)
    expect([client.counts.models, client.findMany.mock.calls.length]).toEqual([1, 0])
    expect(city.findMany).toBe(city.findMany)
    expect(client.findMany).toHaveBeenCalledTimes(1)
    expect(city.count()).toBe('a number')
  })

  it.each([
    ['ask for more than is known', clientLike({ asks: { unpacker: () => {} } }), answered],
    ['know no place', clientLike({ asks: { callsite: null } }), answered],
    ['are not answered', clientLike(), { mayBeAnswered: () => false }],
    ['may be those of an extension', clientLike({ extensions: {} }), answered],
    ['are those of one', clientLike({ extensions: withMethods({ ofModel: { findMany() {} } }) }), answered],
  ])('are left as they are where they %s', (_, client, requests) => {
    expect(withShortCalls(client, requests, models).city.findMany).toBe(client.findMany)
  })

  it.each([
    ['is that of an extension', clientLike({ extensions: withMethods({ ofClient: { city: {} } }) })],
    ['is another one', clientLike({ ofModel: { $name: 'Country' } })],
    ['is that of another client', clientLike({ ofModel: { $parent: {} } })],
    ['is of no client', clientLike({ ofModel: { $parent: undefined } })],
  ])('are not looked at where the model %s', (_, client) => {
    expect(withShortCalls(client, answered, models).city.findMany).toBe(client.findMany)
    expect(client.findMany).not.toHaveBeenCalled()
  })

  it('are left as they are where a relation goes by one of their names', () => {
    const client = clientLike()
    const named: CallableModels = new Map([['city', { name: 'City', relations: ['spec'] }]])
    expect(withShortCalls(client, answered, named).city.findMany).toBe(client.findMany)
  })

  it('are those of a model that has its property of the client for itself', () => {
    const names = ['Thing', 'thing', 'Other']
    const dataModel = modelOf(names.map((name) => `model ${name} {\nid Int @id\n}`).join('\n'))
    expect([...callableModels(dataModel).keys()]).toEqual(['other'])
  })

  it('are left as they are where stack traces are not to be had', () => {
    const { captureStackTrace } = Error
    onTestFinished(() => {
      Object.assign(Error, { captureStackTrace })
    })
    Object.assign(Error, { captureStackTrace: undefined })
    const client = clientLike()
    expect(withShortCalls(client, answered, models)).toBe(client)
  })

  it('take the place of Prisma only until somebody puts something there', () => {
    const short = withShortCalls(clientLike(), answered, models)
    const mine = () => 'mine'
    Object.assign(short.city, { findMany: mine })
    expect(short.city.findMany).toBe(mine)
    Object.defineProperty(short, 'city', { value: mine })
    expect(short.city).toBe(mine)
  })
})
