import { mentionedModels } from '../analysis/reads/mentioned-models.ts'
import type { Runtime } from './runtime.ts'

/**
 * The models that a query is about, as far as its arguments tell: too many rather than too few. None where nobody waits for accepted
 * writes.
 */
export function mentioned(
  { dataModel, writeBehind }: Pick<Runtime, 'dataModel' | 'writeBehind'>,
  model: string,
  args: unknown,
): Iterable<string> {
  if (!writeBehind.isInUse) return []
  const known = dataModel.models.get(model)
  const found = known ? mentionedModels(dataModel, known, args) : 'too-deep'
  return found === 'too-deep' ? dataModel.models.keys() : [model, ...found]
}
