import { type Dependency, type Tag, tagsOfUse } from './tags.ts'

/** Everything that can carry a stamp: the analysed tags, the tags that users name, and the mark that guards the latter. */
export type StampTag = Tag | { readonly kind: 'user'; readonly name: string } | { readonly kind: 'user-mark' }

/** A text that names a tag unambiguously: the key of a stamp inside an entry. */
export function tagId(tag: StampTag): string {
  switch (tag.kind) {
    case 'root':
      return `r ${tag.model}`
    case 'shape':
      return `s ${tag.model} ${tag.shape}`
    case 'mark':
      return `m ${tag.model} ${tag.shape}`
    case 'values':
      return `v ${tag.model} ${tag.shape} ${tag.values}`
    case 'user':
      return `u ${tag.name}`
    case 'user-mark':
      return 'm'
  }
}

/** {@link tagId} of each. */
export function tagIds(tags: readonly StampTag[]): readonly string[] {
  return tags.map(tagId)
}

/** The tag back from its {@link tagId}; `undefined` when the text is none, or is that of a mark. */
export function parseTagId(id: string): StampTag | undefined {
  const [kind, rest] = [id.slice(0, 2), id.slice(2)]
  if (kind === 'u ') return { kind: 'user', name: rest }
  const [model = '', shape = '', ...values] = rest.split(' ')
  if (kind === 'r ') return { kind: 'root', model }
  if (kind === 's ') return { kind: 'shape', model, shape }
  return kind === 'v ' ? { kind: 'values', model, shape, values: values.join(' ') } : undefined
}

/** Everything that carries a stamp for these dependencies: per model the root, each shape, and its pinned values. */
export function stampTagsOf(dependencies: readonly Dependency[]): StampTag[] {
  const tags: StampTag[] = []
  for (const { model, uses } of dependencies) {
    tags.push({ kind: 'root', model })
    for (const use of uses) for (const tag of tagsOfUse(model, use)) tags.push(tag)
  }
  return tags
}
