import { expect, it } from 'vitest'
import { chooseServer, finderNames, type ServerFinder } from '../../services/choose.ts'
import { postgresFinders, redisFinders } from '../../services/finders.ts'

function setup(...foundBy: readonly string[]) {
  const asked: string[] = []
  const finders: readonly ServerFinder[] = finderNames.map((name) => ({
    name,
    find: async () => {
      asked.push(name)
      return foundBy.includes(name) ? { url: `${name}://`, stop: async () => undefined } : undefined
    },
  }))
  return { asked, finders }
}

it('takes the first server found and asks no further', async () => {
  const { asked, finders } = setup('local', 'containers')
  expect(await chooseServer('Redis', finders, undefined)).toMatchObject({ url: 'local://', foundBy: 'local' })
  expect(asked).toEqual(['environment', 'binaries', 'local'])
})

it('asks only the finder that TEST_SERVICES names', async () => {
  const { asked, finders } = setup('environment', 'containers')
  expect(await chooseServer('Redis', finders, 'containers')).toMatchObject({ foundBy: 'containers' })
  expect(asked).toEqual(['containers'])
})

it('throws one sentence that says how to get a server when there is none', async () => {
  const { asked, finders } = setup()
  await expect(chooseServer('PostgreSQL', finders, undefined)).rejects.toThrow(
    /^The tests need PostgreSQL, and none was found \(tried: environment, binaries, local, containers\): set DATABASE_URL.*Docker\.$/,
  )
  expect(asked).toEqual([...finderNames])
})

it('refuses a TEST_SERVICES that it does not know', async () => {
  const { asked, finders } = setup('local')
  await expect(chooseServer('Redis', finders, 'docker')).rejects.toThrow("TEST_SERVICES is 'docker'; expected one of")
  expect(asked).toEqual([])
})

it('looks for both servers in the same order: environment, binaries, local, containers', () => {
  for (const finders of [postgresFinders, redisFinders]) {
    expect(finders.map(({ name }) => name)).toEqual(['environment', 'binaries', 'local', 'containers'])
  }
})
