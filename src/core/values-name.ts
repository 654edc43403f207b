import { hash } from 'node:crypto'
import type { ValuesTag } from './tags.ts'

/** Names the queries that pin some values, and the row whose id they ask for, without showing values. The same in every release of the schema. */
export function nameOf(tag: Pick<ValuesTag, 'shape' | 'values'>): string {
  return tag instanceof NamedValues ? tag.name : digest(tag)
}

/** A tag that is named again and again: its name is made once. */
export class NamedValues implements ValuesTag {
  readonly kind = 'values'
  readonly model: string
  readonly shape: string
  readonly values: string
  #name: string | undefined

  constructor(model: string, shape: string, values: string) {
    this.model = model
    this.shape = shape
    this.values = values
  }

  /** {@link nameOf} it. */
  get name(): string {
    this.#name ??= digest(this)
    return this.#name
  }
}

/** 132 bits; 128 are needed: values come from strangers, who must not be able to make two of them collide. */
const nameLength = 22

function digest({ shape, values }: Pick<ValuesTag, 'shape' | 'values'>): string {
  return hash('sha256', `${shape}\n${values}`, 'base64url').slice(0, nameLength)
}
