import { describe, expect, it } from 'vitest'
import { answerRequests } from '../../../src/prisma/requests.ts'

/** As much of a client as is looked at. */
function clientLike(differences: object = {}) {
  const asked: unknown[] = []
  return {
    asked,
    _request: (request: unknown) => {
      asked.push(request)
      return Promise.resolve('from Prisma')
    },
    _extensions: { isEmpty: () => false, getAllQueryCallbacks: () => [], getAllComputedFields: () => undefined },
    _tracingHelper: { isEnabled: () => false },
    ...differences,
  }
}

const request = { model: 'City', jsModelName: 'city', action: 'findMany', args: { take: 1 }, dataPath: [] }

function ask(differences: { client?: object; parent?: object; request?: object } = {}) {
  const client = clientLike(differences.client)
  const parent = clientLike(differences.parent)
  answerRequests(client, parent, { models: ['City'], answer: ({ args }) => Promise.resolve({ answered: args }) })
  return client._request({ ...request, ...differences.request })
}

describe('requests of a client', () => {
  it('are answered with the arguments that they have', async () => {
    expect(await ask()).toEqual({ answered: { take: 1 } })
    expect(await ask({ request: { args: undefined } })).toEqual({ answered: {} })
  })

  it.each([
    ['has no name for the client of a transaction', { request: { transaction: { kind: 'itx', id: 'x' } } }],
    ['is part of a batch', { request: { transaction: { kind: 'batch' } } }],
    ['is raw SQL', { request: { model: undefined, jsModelName: undefined, action: 'queryRaw' } }],
    ['has no action', { request: { action: undefined } }],
    ['has no name of a property', { request: { jsModelName: undefined } }],
    ['may be traced', { client: { _tracingHelper: { isEnabled: () => true } } }],
    ['may be traced without anybody knowing', { client: { _tracingHelper: undefined } }],
    ['may be traced in another way', { client: { _tracingHelper: {} } }],
    [
      'has other hooks',
      { parent: { _extensions: { ...clientLike()._extensions, getAllQueryCallbacks: () => [() => {}] } } },
    ],
    [
      'has hooks of another kind',
      { parent: { _extensions: { ...clientLike()._extensions, getAllQueryCallbacks: () => ({}) } } },
    ],
    ['has unknown hooks', { parent: { _extensions: {} } }],
    ['is of unknown extensions', { parent: { _extensions: undefined } }],
    ['cannot be performed without the cache', { parent: { _request: undefined } }],
    [
      'has computed fields',
      {
        parent: {
          _extensions: { ...clientLike()._extensions, getAllComputedFields: () => ({ label: { needs: [] } }) },
        },
      },
    ],
  ])('go on to Prisma where one %s', async (_, differences) => {
    expect(await ask(differences)).toBe('from Prisma')
  })

  it('go on to Prisma where they are not answered', async () => {
    const client = clientLike()
    answerRequests(client, clientLike(), { models: [], answer: () => null })
    expect(await client._request(request)).toBe('from Prisma')
    expect(client.asked).toEqual([request])
  })

  it('are performed without the cache by the client below, with the arguments that are given then', async () => {
    const [client, parent] = [clientLike(), clientLike()]
    answerRequests(client, parent, { models: [], answer: ({ query }) => query({ take: 2 }) })
    expect(await client._request(request)).toBe('from Prisma')
    expect([client.asked, parent.asked]).toEqual([[], [{ ...request, args: { take: 2 } }]])
  })

  it('of a client without them are left alone', () => {
    const client = { ...clientLike(), _request: undefined }
    answerRequests(client, clientLike(), { models: [], answer: () => null })
    expect(client._request).toBeUndefined()
  })
})
