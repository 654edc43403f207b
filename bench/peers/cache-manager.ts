import Module, { createRequire } from 'node:module'
import KeyvRedis from '@keyv/redis'
import { createCache } from 'cache-manager'
import { Keyv } from 'keyv'
import { Prisma, type PrismaClient } from '../../prisma/generated/client.ts'
import { clientWay, type WayKind } from '../comparison/way.ts'
import { ttlSeconds } from './shared.ts'

/** @see https://github.com/paulwer/prisma-extension-cache-manager#usage */
export const cacheManager: WayKind = {
  name: 'extension-cache-manager',
  isPeer: true,
  note:
    'Made for Prisma 6. For 7: required, as its ESM entry is not in the package; @prisma/client/runtime/library is ' +
    '@prisma/client/runtime/client, and @prisma/client the generated client; Prisma.dmmf, which is no more, is made from the schema.',
  async open({ plain, redisUrl, later }, prefix) {
    const store = new KeyvRedis(redisUrl, { namespace: prefix })
    const cache = createCache({ stores: [new Keyv({ store, namespace: prefix })] })
    later(() => cache.disconnect())
    const extension = loadExtension()
    const extended = plain.$extends(
      extension({
        cache,
        defaultTTL: ttlSeconds * 1000,
        useAutoUncache: true,
        prisma: { ...Prisma, dmmf: { datamodel: { models: modelsOf(plain) } } },
      }) as never,
    )
    return clientWay(cacheManager.name, extended as unknown as PrismaClient, {
      isCache: true,
      isPeer: true,
      extra: { cache: true },
    })
  },
}

type Extension = (options: object) => unknown
type Loader = { _load(request: string, ...rest: readonly unknown[]): unknown }

/** Loads the extension with modules of Prisma 7 in place of those of Prisma 6. */
function loadExtension(): Extension {
  const require = createRequire(import.meta.url)
  const loader = Module as unknown as Loader
  const load = loader._load
  loader._load = function (request, ...rest) {
    if (request === '@prisma/client') return { Prisma }
    if (request === '@prisma/client/runtime/library') return load.call(this, '@prisma/client/runtime/client', ...rest)
    return load.call(this, request, ...rest)
  }
  try {
    return (require('@paulwer/prisma-extension-cache-manager') as { readonly default: Extension }).default
  } finally {
    loader._load = load
  }
}

/** What `Prisma.dmmf.datamodel.models` was: Prisma 7 keeps it as text that the client has read, by the name of the model. */
function modelsOf(client: PrismaClient): readonly object[] {
  const { _runtimeDataModel } = client as unknown as { readonly _runtimeDataModel: RuntimeDataModel }
  return Object.entries(_runtimeDataModel.models).map(([name, model]) => ({ name, ...model }))
}

interface RuntimeDataModel {
  readonly models: Readonly<Record<string, object>>
}
