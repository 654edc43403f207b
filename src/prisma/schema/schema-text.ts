/**
 * What has to be settled in a schema's text before it is parsed: which blocks are views, what `@ignore` hides, and who keeps
 * the foreign keys.
 *
 * The parser's output tells none of it. An ignored field or model is left out of it, yet the database cascades through it all
 * the same, so the marks are taken away before parsing.
 */
export function readSchemaText(schemaText: string): SchemaText {
  const code = schemaText.replace(NOT_CODE, (found) => found.replace(/[^\n]/g, ' '))
  const views = new Set([...code.matchAll(/^[ \t]*view\s+(\w+)\s*\{/gm)].map((match) => match[1]!))

  const marks = [...code.matchAll(/@@?ignore\b/g)].reverse()
  // A model without a usable key must be ignored: the extra key keeps it valid when it is not.
  const text = marks.reduce((whole, match) => {
    const instead = match[0] === '@@ignore' ? 'cacheRevealedKey Int @unique' : ''
    return whole.slice(0, match.index) + instead + whole.slice(match.index + match[0].length)
  }, schemaText)
  return {
    text,
    views,
    hidden: new Set(marks.map((match) => hiddenBy(code, match))),
    relationMode: relationModeOf(schemaText, code),
  }
}

export interface SchemaText {
  /** The schema without `@ignore` and `@@ignore`. */
  readonly text: string
  readonly views: ReadonlySet<string>
  /** What was ignored: `Audit` for a whole model, `User.secret` for a field. */
  readonly hidden: ReadonlySet<string>
  readonly relationMode: 'foreignKeys' | 'prisma'
}

/** Strings and comments, so that a word inside them is not taken for a keyword. */
const NOT_CODE = /"(?:\\.|[^"\\\n])*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g

function hiddenBy(code: string, mark: RegExpExecArray): string {
  const before = code.slice(0, mark.index)
  const model = [...before.matchAll(/^[ \t]*(?:model|view)\s+(\w+)\s*\{/gm)].at(-1)?.[1] ?? ''
  if (mark[0] === '@@ignore') return model
  const field = /^\s*(\w+)/.exec(before.slice(before.lastIndexOf('\n') + 1))?.[1] ?? ''
  return `${model}.${field}`
}

function relationModeOf(schemaText: string, code: string): SchemaText['relationMode'] {
  const setting = /\brelationMode\s*=/.exec(code)
  const value = setting ? schemaText.slice(setting.index + setting[0].length).trimStart() : ''
  return value.startsWith('"prisma"') ? 'prisma' : 'foreignKeys'
}
