/** As for the plugin. */
export const cachedModels = ['Book', 'Person', 'Shelf'] as const
export const ttlSeconds = 3600
